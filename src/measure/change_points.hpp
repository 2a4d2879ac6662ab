// Where a series changes: E-divisive (D. Matteson, N. James, JASA 109, 2014) on one dimension.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pmembench {

struct ChangePointRule {
  double significance = 0.001;  // of the permutation test of the maximum
  unsigned permutations = 1999;
  unsigned minimum_side = 3;     // points on each side
  double minimum_magnitude = 0;  // between the medians of the sides, in the unit of the values
};

struct ChangePoint {
  std::size_t index = 0;  // the first point of the new level
  double magnitude = 0;   // median after less median before, up to the neighbouring change points
  double p_value = 1;
};

// In order of index. Splits at the largest energy statistic, keeps the split where the largest of
// the permuted segment is rarely as large, and goes on in both parts. Seeded: the same values and
// seed give the same answer. O(n^2) a segment and permutation: for n up to some hundreds.
[[nodiscard]] std::vector<ChangePoint> change_points(std::span<const double> values,
                                                     std::uint64_t seed,
                                                     const ChangePointRule& rule = {});

}  // namespace pmembench
