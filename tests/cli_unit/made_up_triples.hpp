// Triples with a known effect and scatter, for tests of what is made of them.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "measure/arm_samples.hpp"
#include "plan/plan.hpp"

namespace pmembench {

inline Plan plan_of(const std::vector<std::string>& names) {
  Plan plan;
  for (const std::string& name : names) {
    Cell cell;
    cell.name = name;
    plan.cells.push_back(cell);
  }
  return plan;
}

// The head's time is (1 + effect) of the base's; every process is off by `scatter`, evenly spread.
inline ArmSamples made_up(const std::string& cell, unsigned triples, double effect, double scatter,
                          std::uint64_t seed) {
  Random random(mix_seed(seed + cell.size()));
  ArmSamples samples;
  samples.cell = cell;
  for (unsigned i = 0; i < triples; ++i) {
    ArmTriple& triple = samples.triples.emplace_back();
    triple.index = i;
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      const double process = std::exp((2 * random.unit() - 1) * scatter);
      const double shift = arm == static_cast<std::size_t>(Arm::head) ? 1 + effect : 1;
      for (int slice = 0; slice < 5; ++slice) {
        const double noise = 1 + 0.001 * random.unit();
        triple.arms[arm].slice_ns_per_operation.push_back(100 * shift * process * noise);
        triple.arms[arm].slice_disturbed.push_back(false);
      }
      triple.arms[arm].ns_per_tick = 0.4;
    }
  }
  return samples;
}

}  // namespace pmembench
