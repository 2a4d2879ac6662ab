// Over how many channels addresses are distributed, and in pieces of what size: by strides.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Rates of loads at random multiples of a stride, and that at random lines of the same range:
// slices taken in turns, as many of each.
struct StrideRates {
  std::uint64_t stride_bytes = 0;
  std::vector<double> per_s, unrestricted_per_s;
};

struct InterleaveResult {
  Inference granule, ways;
};

// Of w channels in pieces of g bytes a stride of S bytes meets w / gcd(S / g, w), and where those
// are what limits the rate, it falls so. The pair (g, w) by least squares of the log ratios, over
// powers of two from 64 bytes to the largest stride and 1 to 12 ways. Not determined: points off
// the best pair by more than 25 %, another pair that fits nearly as well (BIC within 6).
[[nodiscard]] InterleaveResult infer_interleave(std::span<const StrideRates> strides);

}  // namespace pmembench
