// The internal line of a memory, by pairs: a cold line x, then x ^ d, beside a far line in its
// place.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Slices of pairs at one distance, each with the slice that was taken next to it, whose second
// access goes far away. Times of a pair, in ns.
struct PairSlices {
  std::uint64_t distance_bytes = 0;
  std::vector<double> near_ns, far_ns;  // as many of each
};

// The line is twice the largest distance up to which the near one of two is faster: a sign test of
// pairs at 1e-4 / distances (Holm), distances doubling until it fails. 64 bytes where the first
// fails. A gain below 5 % of a pair, or below a third of what nearer ones gain, is none: rows that
// are open, pages. Not determined: where a distance fails and its interval leaves room for two
// thirds of what the others gain (or 7.5 % where none does), fewer than 20 pairs, a line beyond the
// last distance.
[[nodiscard]] Inference infer_line(std::string_view property, std::span<const PairSlices> slices);

}  // namespace pmembench
