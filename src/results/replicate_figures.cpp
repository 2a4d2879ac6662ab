#include "results/replicate_figures.hpp"

#include "measure/histogram.hpp"

namespace pmembench {

ReplicateFigures::ReplicateFigures(const Replicate& replicate)
    : index(replicate.index),
      median_ns_per_operation(replicate.median_ns_per_operation),
      operations(replicate.operations),
      bytes(replicate.bytes),
      ns_per_tick(replicate.ns_per_tick),
      involuntary_switches(replicate.involuntary_switches),
      steal_share(replicate.steal_share) {
  if (replicate.details.loaded) loaded_bytes_per_s = replicate.details.loaded->bytes_per_s;
  if (!replicate.histogram || replicate.histogram->count() == 0) return;
  const Histogram& histogram = *replicate.histogram;
  mean_latency_ns = histogram.mean() * replicate.ns_per_tick;
  for (std::size_t i = 0; i < kShownQuantiles.size(); ++i) {
    const double share = kShownQuantiles[i].second;
    if (!quantile_is_supported(histogram.count(), share)) break;
    quantiles_ns[i] = histogram.quantile(share) * replicate.ns_per_tick;
  }
}

std::vector<ReplicateFigures> figures_of(const std::vector<Replicate>& replicates) {
  return {replicates.begin(), replicates.end()};
}

FiguresByCell figures_of(const std::map<std::string, std::vector<Replicate>>& replicates) {
  FiguresByCell figures;
  for (const auto& [cell, all] : replicates) figures.emplace(cell, figures_of(all));
  return figures;
}

}  // namespace pmembench
