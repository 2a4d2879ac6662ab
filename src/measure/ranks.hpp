// Midranks: the ranks of values, with the mean rank for those that are equal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace pmembench {

struct Midranks {
  std::vector<std::uint32_t> doubled;  // twice the rank of each value, so that it is whole
  double tie_term = 0;                 // sum of t^3 - t over groups of t equal values
};
[[nodiscard]] Midranks midranks(std::span<const double> values);

// Probabilities of a statistic at most and at least as large as the one observed.
struct TailProbabilities {
  double at_most;
  double at_least;
};

// Beyond this many pairs the counts of sign patterns do not fit 64 bits.
inline constexpr std::size_t kExactSignPatterns = 60;

}  // namespace pmembench
