#include "run/expected_replicates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pmembench {

std::optional<unsigned> expected_replicates(std::span<const double> log_medians,
                                            const StoppingRule& rule) {
  constexpr double kNormal = 1.96;  // half width of a 95 % interval in standard errors
  if (log_medians.size() < 2) return std::nullopt;
  const auto count = static_cast<double>(log_medians.size());
  const double mean = std::accumulate(log_medians.begin(), log_medians.end(), 0.0) / count;
  double squares = 0;
  for (const double each : log_medians) squares += (each - mean) * (each - mean);
  const double deviation = std::sqrt(squares / (count - 1));
  const double wanted = std::pow(kNormal * deviation / rule.half_width, 2);
  return static_cast<unsigned>(
      std::clamp<double>(std::ceil(wanted), rule.minimum_replicates, rule.maximum_replicates));
}

}  // namespace pmembench
