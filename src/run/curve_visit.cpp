#include "run/curve_visit.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "measure/estimate.hpp"
#include "measure/steady_state.hpp"
#include "run/fill_replicate.hpp"

namespace pmembench {
namespace {

// What has been taken of a point so far.
struct Taken {
  std::vector<SliceReply> slices;
  std::size_t from = 1;  // the first that is kept
  SteadyState bandwidth, latency;
};

std::vector<double> values_of(const Taken& taken, bool bandwidth) {
  std::vector<double> values;
  for (std::size_t i = taken.from; i < taken.slices.size(); ++i) {
    const SliceReply& slice = taken.slices[i];
    values.push_back(bandwidth ? slice.load_bytes_per_s.value_or(0) : slice.ns_per_operation);
  }
  return values;
}

void judge(Taken& taken, const VisitOrder& order) {
  SteadyRule rule;
  rule.fewest = order.fewest_slices;
  rule.half_width = order.precision;
  taken.bandwidth = steady_state(values_of(taken, true), rule);
  taken.latency = steady_state(values_of(taken, false), rule);
}

// True once no more slices are needed. A trend moves the window on by one slice.
bool settled(Taken& taken, const VisitOrder& order) {
  if (taken.slices.size() < taken.from + order.fewest_slices) return false;
  judge(taken, order);
  if (taken.bandwidth.enough && taken.latency.enough) return true;
  const bool level = taken.bandwidth.level && taken.latency.level;
  if (!level && taken.slices.size() < order.most_slices) ++taken.from;
  return false;
}

// Slices from `from` on; the disturbed ones only where fewer than the fewest would be left.
std::vector<std::size_t> kept_slices(const Taken& taken, unsigned fewest) {
  std::vector<std::size_t> quiet, all;
  for (std::size_t i = taken.from; i < taken.slices.size(); ++i) {
    all.push_back(i);
    if (!is_disturbed(taken.slices[i])) quiet.push_back(i);
  }
  return quiet.size() >= fewest ? quiet : all;
}

LoadedDetails::Steady steady_details(const Taken& taken) {
  LoadedDetails::Steady steady;
  steady.steady = taken.bandwidth.level && taken.latency.level;
  steady.within_precision = taken.bandwidth.enough && taken.latency.enough;
  steady.dropped_slices = taken.from;
  steady.bandwidth_half_width = taken.bandwidth.half_width;
  steady.latency_half_width = taken.latency.half_width;
  steady.bandwidth_lag1 = taken.bandwidth.lag1;
  steady.bandwidth_trend = taken.bandwidth.trend;
  steady.latency_trend = taken.latency.trend;
  return steady;
}

SliceNotes keep(const Taken& taken, const VisitOrder& order, Replicate& replicate) {
  SliceNotes notes;
  for (const std::size_t i : kept_slices(taken, order.fewest_slices)) {
    const SliceReply& slice = taken.slices[i];
    replicate.slice_ns_per_operation.push_back(slice.ns_per_operation);
    replicate.slice_disturbed.push_back(is_disturbed(slice));
    replicate.operations += slice.operations;
    replicate.bytes += slice.bytes;
    notes.load_bytes_per_s.push_back(slice.load_bytes_per_s.value_or(0));
  }
  for (std::size_t i = taken.from; i < taken.slices.size(); ++i) {
    replicate.involuntary_switches += taken.slices[i].involuntary_switches;
    if (is_disturbed(taken.slices[i])) ++replicate.disturbed;
  }
  return notes;
}

}  // namespace

Result<Replicate> visit_point(const Ask& ask, const VisitOrder& order, const OpenedReply& opened) {
  Replicate replicate;
  replicate.cell = order.cell->name;
  replicate.index = order.replicate;
  replicate.seed = order.seed;
  CellRequest request{*order.cell, order.slice_ns, 0, std::nullopt, order.load_maximum};
  const auto before = read_cpu_times("/");
  const auto begun = begin_cell(ask, request);
  if (!begun) return begun.error();
  Taken taken;
  const std::size_t most = std::max(order.most_slices, order.fewest_slices + 1);
  std::size_t marked = 0;
  while (taken.slices.size() < most && !settled(taken, order)) {
    // The worker forgets its chunks whenever the window moves: they are those of what is kept.
    const bool first = taken.slices.size() <= 1 || taken.from != marked;
    marked = taken.from;
    const auto slice = take_slice(ask, first);
    if (!slice) return slice.error();
    taken.slices.push_back(*slice);
  }
  judge(taken, order);
  const auto done = end_cell(ask);
  if (!done) return done.error();
  replicate.steal_share = steal_between(before, read_cpu_times("/"));
  const SliceNotes notes = keep(taken, order, replicate);
  replicate.median_ns_per_operation = median(replicate.slice_ns_per_operation);
  replicate.lag1 = lag1_autocorrelation(replicate.slice_ns_per_operation);
  const Status filled = fill_from_worker(*done, opened, *order.cell, notes, replicate);
  if (!filled) return filled.error();
  LoadedDetails& loaded = replicate.details.loaded ? *replicate.details.loaded
                                                   : replicate.details.loaded.emplace();
  loaded.steady = steady_details(taken);
  return replicate;
}

}  // namespace pmembench
