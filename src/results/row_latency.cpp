// Latency of a row: the replicates' histograms as one, in nanoseconds.
#include <array>
#include <cmath>
#include <limits>

#include "record/percentiles.hpp"
#include "results/row_parts.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// Two calibrations of one counter agree to some parts in a million; this is another counter.
constexpr double kSameTick = 1e-3;

struct MergedHistogram {
  Histogram histogram;
  double ns_per_tick = 0;
};

// Adds `other`, each of whose ticks is `ratio` ticks of this histogram long: its bucket middles are
// recorded again.
void merge_scaled(const Histogram& other, double ratio, Histogram& into) {
  for (const auto& [index, times] : other.sparse()) {
    const double middle = (static_cast<double>(Histogram::bucket_low(index)) +
                           static_cast<double>(Histogram::bucket_high(index))) /
                          2;
    into.record_many(static_cast<std::uint64_t>(std::llround(middle * ratio)), times);
  }
}

// Histograms without a length of their tick cannot be read and are left out.
std::optional<MergedHistogram> merge_histograms(const std::vector<Replicate>& replicates) {
  std::optional<MergedHistogram> merged;
  for (const Replicate& replicate : replicates) {
    if (!replicate.histogram || !(replicate.ns_per_tick > 0)) continue;
    if (!merged) merged = MergedHistogram{{}, replicate.ns_per_tick};
    const double ratio = replicate.ns_per_tick / merged->ns_per_tick;
    if (std::abs(ratio - 1) <= kSameTick) {
      merged->histogram.merge(*replicate.histogram);
    } else {
      merge_scaled(*replicate.histogram, ratio, merged->histogram);
    }
  }
  if (merged && merged->histogram.count() == 0) return std::nullopt;
  return merged;
}

}  // namespace

std::optional<LatencyResult> latency_of(const Cell& cell, const std::vector<Replicate>& replicates,
                                        const Estimate& ns_per_operation) {
  LatencyResult result;
  result.mode = cell.latency_mode;
  const std::optional<MergedHistogram> merged = merge_histograms(replicates);
  if (!merged) {
    if (cell.latency_mode != "dependent") return std::nullopt;
    // Each thread walks its own chain, so a step takes as many times the cell's time of an
    // operation as there are threads. Single steps are not timed: no extremes, no percentiles.
    for (const Replicate& replicate : replicates) result.n += replicate.operations;
    result.mean_ns = ns_per_operation.estimate * counted_threads(cell.workload, cell.threads);
    result.minimum_ns = result.maximum_ns = std::numeric_limits<double>::quiet_NaN();
    return result;
  }
  const Histogram& histogram = merged->histogram;
  result.n = histogram.count();
  result.mean_ns = histogram.mean() * merged->ns_per_tick;
  result.minimum_ns = static_cast<double>(histogram.minimum()) * merged->ns_per_tick;
  result.maximum_ns = static_cast<double>(histogram.maximum()) * merged->ns_per_tick;
  for (const auto& [name, share] : kPercentiles) {
    if (!quantile_is_supported(result.n, share)) continue;
    result.percentiles.emplace_back(name, histogram.quantile(share) * merged->ns_per_tick);
  }
  return result;
}

std::optional<LatencyResult> service_of(const Cell& cell,
                                        const std::vector<Replicate>& replicates) {
  std::vector<Replicate> services;
  for (const Replicate& replicate : replicates) {
    const std::optional<OpenLoopDetails>& open = replicate.details.open_loop;
    if (!open || open->service.count() == 0) return std::nullopt;
    Replicate service;
    service.histogram = open->service;
    service.ns_per_tick = open->ns_per_tick;
    services.push_back(std::move(service));
  }
  return latency_of(cell, services, Estimate{});
}

}  // namespace pmembench
