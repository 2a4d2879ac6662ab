// Sample: which of many ranges are verified. Drawn at random, because a defect that comes back at a
// fixed distance would escape a fixed stride.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/random.hpp"

namespace pmembench {

// Each of `count` ranges is taken with the probability affordable / count, independently of the
// others (all are taken if that is 1). A defect of a share s of the ranges is missed with
// (1 - s)^affordable: with 256 of them 8 % of the times at s = 1 %, and once in 10^30 at a half.
// Each interval of each process draws again.
class Sample {
 public:
  Sample(std::uint64_t count, std::uint64_t affordable, std::uint64_t seed)
      : random_(mix_seed(seed)),
        share_(count == 0
                   ? 1
                   : std::min(1.0, static_cast<double>(affordable) / static_cast<double>(count))) {}
  // Is the next one taken?
  [[nodiscard]] bool next() { return share_ >= 1 || random_.unit() < share_; }

 private:
  Random random_;
  double share_;
};

}  // namespace pmembench
