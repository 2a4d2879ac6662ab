// Over how many channels addresses are distributed, and in pieces of what size: by strides.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Rates of loads at random multiples of a stride, and those of as many random lines of the same
// range: slices taken in turns, as many of each. (As many: a cache holds the same share of both.)
struct StrideRates {
  std::uint64_t stride_bytes = 0;
  std::vector<double> per_s, unrestricted_per_s;
};

struct InterleaveResult {
  Inference granule, ways;
};

// Of w channels in pieces of g bytes a stride meets some more often than others, and where those
// are what limits the rate, it falls so. The pair (g, w) by least squares of the log ratios, over
// powers of two from 64 bytes to the largest stride and 1 to 12 ways. Strides of so few lines that
// caches hold some of them are left out. Not determined: fewer than 8 strides, points off the best
// pair by more than 25 %, another pair that fits nearly as well (BIC within 6).
[[nodiscard]] InterleaveResult infer_interleave(std::span<const StrideRates> measured);

}  // namespace pmembench
