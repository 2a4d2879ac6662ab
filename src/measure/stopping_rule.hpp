// StoppingRule: enough, then stop. On precision or budget, never on significance.
#pragma once

#include <cstdint>
#include <string>

#include "measure/estimate.hpp"

namespace pmembench {

struct StoppingRule {
  double half_width = 0.02;         // relative: (high - low) / 2 / estimate
  unsigned minimum_replicates = 6;  // the fewest with a 95 % interval
  unsigned maximum_replicates = 40;

  // Is the interval narrow enough? False while there is none.
  [[nodiscard]] bool converged(const Estimate& estimate, unsigned replicates) const;
  [[nodiscard]] bool wants_more(const Estimate& estimate, unsigned replicates) const;
};

}  // namespace pmembench
