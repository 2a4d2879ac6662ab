#include "results/row_checks.hpp"

#include "record/limits.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr double kTimedShare = 0.98;  // of the operations: the fastest

// The bound that is least in the row's favour: without an interval the estimate.
double lower(const Estimate& estimate) {
  return estimate.has_interval ? estimate.low : estimate.estimate;
}

std::string above_ceiling(const Cell& cell, const std::vector<Replicate>& replicates,
                          const Row& row) {
  if (!row.bytes_per_s) return {};
  double ceiling = 0;
  for (const Replicate& replicate : replicates) {
    ceiling = std::max(ceiling, replicate.details.ceiling_bytes_per_s);
  }
  if (ceiling <= 0) return {};
  const double limit = ceiling * cell.threads;
  if (lower(*row.bytes_per_s) <= limits::kCeilingMargin * limit) return {};
  return fmt::format(
      "{} is above the physical ceiling: {} CPU{} load at most {} from their first-level caches; "
      "the work was not done, or bytes were counted twice",
      format_bandwidth(row.bytes_per_s->estimate), cell.threads, cell.threads == 1 ? "" : "s",
      format_bandwidth(limit));
}

double mean_of_fastest(const Histogram& histogram) {
  const double wanted = kTimedShare * static_cast<double>(histogram.count());
  double sum = 0;
  double taken = 0;
  for (const auto& [bucket, count] : histogram.sparse()) {
    const double middle = static_cast<double>(Histogram::bucket_low(bucket)) / 2 +
                          static_cast<double>(Histogram::bucket_high(bucket)) / 2;
    const double here = std::min(static_cast<double>(count), wanted - taken);
    sum += here * middle;
    taken += here;
    if (taken >= wanted) break;
  }
  return sum / taken;
}

// Operations in flight in one process; nothing where they were not timed, or too much was lost.
std::optional<double> in_flight(const Replicate& replicate) {
  const std::vector<double>& slices = replicate.slice_ns_per_operation;
  if (!replicate.histogram || replicate.histogram->count() == 0 || slices.empty()) {
    return std::nullopt;
  }
  const auto kept = static_cast<double>(slices.size());
  if (static_cast<double>(replicate.disturbed) > limits::kLostShare * kept) return std::nullopt;
  const double time_ns = std::accumulate(slices.begin(), slices.end(), 0.0) / kept;
  const double latency_ns = mean_of_fastest(*replicate.histogram) * replicate.ns_per_tick;
  const double flight = std::max(0.0, latency_ns - replicate.details.timer.step_ns) / time_ns;
  return std::isfinite(flight) ? std::optional(flight) : std::nullopt;
}

std::string breaks_littles_law(const Cell& cell, const std::vector<Replicate>& replicates,
                               double confidence) {
  // In an open loop operations wait, as many as come; those served at once the worker has counted.
  if (cell.arrival != "closed") return {};
  std::vector<double> flights;
  for (const Replicate& replicate : replicates) {
    const auto flight = in_flight(replicate);
    if (flight && *flight > 0) flights.push_back(std::log(*flight));
  }
  if (flights.empty()) return {};
  const Estimate estimate = hodges_lehmann(flights, confidence);
  if (std::exp(lower(estimate)) <= limits::kLittleOverProcesses * cell.threads) return {};
  return fmt::format(
      "Little's law is broken: rate times mean latency is {:.2f} operations in flight (at least "
      "{:.2f}), but {} thread{} had one each; the latency or the rate is wrong",
      std::exp(estimate.estimate), std::exp(lower(estimate)), cell.threads,
      cell.threads == 1 ? "" : "s");
}

}  // namespace

std::string contradiction_of(const Cell& cell, const std::vector<Replicate>& replicates,
                             const Row& row, double confidence) {
  const std::string above = above_ceiling(cell, replicates, row);
  if (!above.empty()) return above;
  // In an open loop operations wait for their turn, and a probe has another rate than its load.
  const bool closed = cell.arrival == "closed" && !replicates.front().details.loaded;
  return closed ? breaks_littles_law(cell, replicates, confidence) : std::string();
}

}  // namespace pmembench
