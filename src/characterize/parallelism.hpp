// Memory-level parallelism: how many independent chains still make a core faster.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// The rate of loads, by process, at N chains.
struct ChainRates {
  unsigned chains = 1;
  std::vector<double> per_s;
};

// A hinge: log rate = log(min(chains, M)) + constant, by least squares over M. Not determined: a
// knee in the last eighth of what was tried, points off the hinge by more than 15 %, fewer than
// eight counts of chains.
[[nodiscard]] Inference infer_parallelism(std::span<const ChainRates> rates);

}  // namespace pmembench
