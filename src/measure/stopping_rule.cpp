#include "measure/stopping_rule.hpp"

#include <cmath>

namespace pmembench {

bool StoppingRule::converged(const Estimate& estimate, unsigned replicates) const {
  if (!estimate.has_interval || replicates < minimum_replicates) return false;
  // Written so that an estimate of zero, or NaN, has not converged.
  const double half = (estimate.high - estimate.low) / 2;
  return std::abs(estimate.estimate) > 0 && half <= half_width * std::abs(estimate.estimate);
}

bool StoppingRule::wants_more(const Estimate& estimate, unsigned replicates) const {
  return replicates < maximum_replicates && !converged(estimate, replicates);
}

}  // namespace pmembench
