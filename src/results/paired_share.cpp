#include "results/paired_share.hpp"

#include <cmath>

namespace pmembench {

std::optional<Estimate> paired_share(const FiguresByCell& replicates, const std::string& below,
                                     const std::string& above, double confidence) {
  const auto low = replicates.find(below);
  const auto high = replicates.find(above);
  if (low == replicates.end() || high == replicates.end()) return std::nullopt;
  std::vector<double> ratios;
  for (const ReplicateFigures& one : low->second) {
    for (const ReplicateFigures& other : high->second) {
      if (one.index != other.index) continue;
      ratios.push_back(std::log(other.median_ns_per_operation / one.median_ns_per_operation));
    }
  }
  if (ratios.size() < 2) return std::nullopt;
  const Estimate on_log = hodges_lehmann(ratios, confidence);
  return Estimate{std::expm1(on_log.estimate), std::expm1(on_log.low), std::expm1(on_log.high),
                  on_log.has_interval};
}

}  // namespace pmembench
