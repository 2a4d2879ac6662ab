#include "run/replicate_parts.hpp"

#include <algorithm>

#include "measure/estimate.hpp"
#include "record/limits.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

// Of a cell whose slices have probes around them.
std::optional<CoreDetails> core_details(const std::vector<SliceReply>& kept,
                                        const CoreWatch& cores) {
  std::size_t probed = 0;
  std::vector<double> shared;
  for (const SliceReply& slice : kept) {
    if (slice.core_probes_ns.empty()) continue;
    ++probed;
    const double slowdown = cores.slowdown(slice.core_probes_ns);
    if (slowdown > limits::kSharedCoreSlowdown) shared.push_back(slowdown);
  }
  if (probed == 0) return std::nullopt;
  return CoreDetails{static_cast<double>(shared.size()) / static_cast<double>(probed),
                     shared.empty() ? 1 : median(shared)};
}

// The values of those slices that have one.
std::vector<double> values_of(const std::vector<SliceReply>& kept,
                              std::optional<double> SliceReply::*member) {
  std::vector<double> values;
  for (const SliceReply& slice : kept) {
    if (slice.*member) values.push_back(*(slice.*member));
  }
  return values;
}

// The histogram is of chunks; so scaled it is of one load, on average over its chunk.
void complete_loaded(const std::vector<SliceReply>& kept, LoadedDetails& loaded,
                     Replicate& replicate) {
  const auto chunk = static_cast<double>(std::max<std::uint64_t>(1, loaded.chunk));
  replicate.ns_per_tick /= chunk;
  replicate.floor_ns = replicate.details.timer.floor_issue_ns / chunk;
  loaded.slice_bytes_per_s = values_of(kept, &SliceReply::load_bytes_per_s);
  loaded.bytes_per_s = loaded.slice_bytes_per_s.empty() ? 0 : median(loaded.slice_bytes_per_s);
}

}  // namespace

Replicate replicate_of(const Cell& cell, unsigned index, std::uint64_t seed,
                       const std::vector<SliceReply>& kept) {
  Replicate replicate;
  replicate.cell = cell.name;
  replicate.index = index;
  replicate.seed = seed;
  for (const SliceReply& slice : kept) {
    replicate.slice_ns_per_operation.push_back(slice.ns_per_operation);
    replicate.slice_disturbed.push_back(is_disturbed(slice));
    replicate.operations += slice.operations;
    replicate.bytes += slice.bytes;
    replicate.details.minor_faults += slice.faults - std::min(slice.faults, slice.major_faults);
    replicate.details.major_faults += slice.major_faults;
  }
  replicate.median_ns_per_operation = median(replicate.slice_ns_per_operation);
  replicate.lag1 = lag1_autocorrelation(replicate.slice_ns_per_operation);
  return replicate;
}

Status complete_replicate(const CellDoneReply& done, const OpenedReply& opened, const Cell& cell,
                          const std::vector<SliceReply>& kept, const CoreWatch& cores,
                          Replicate& replicate) {
  const TimerFacts& timer = opened.timer;
  replicate.medium = done.extra.medium ? *done.extra.medium : opened.medium;
  replicate.ns_per_tick = timer.ns_per_tick;
  Details& details = replicate.details;
  details.timer = timer;
  if (timer.is_virtual()) replicate.steal_share = 0;  // a model has all of its time
  details.counters = done.counters;
  details.figures = done.figures;
  details.cpus = done.cpus;
  details.software = opened.software;
  details.traced = done.traced;
  details.ceiling_bytes_per_s = opened.ceiling_bytes_per_s;
  details.kernel = done.extra.kernel;
  details.core = core_details(kept, cores);
  details.loaded = done.extra.loaded;
  details.open_loop = done.extra.open_loop;
  details.slots = done.extra.slots;
  if (cell.timing == Timing::operation) {
    replicate.floor_ns =
        cell.latency_mode == "durable" ? timer.floor_durable_ns : timer.floor_issue_ns;
  }
  if (details.loaded) complete_loaded(kept, *details.loaded, replicate);
  const std::vector<double> backlogs_ns = values_of(kept, &SliceReply::backlog_ns);
  if (details.open_loop && !backlogs_ns.empty()) {
    details.open_loop->achieved_per_s = 1e9 / replicate.median_ns_per_operation;
    details.open_loop->backlog_ns = median(backlogs_ns);
  }
  if (done.histogram.empty()) return {};
  auto histogram = Histogram::from_sparse(done.histogram);
  if (!histogram) return histogram.error();
  replicate.histogram = *std::move(histogram);
  return {};
}

double steal_between(const std::optional<CpuTimes>& before, const std::optional<CpuTimes>& after) {
  if (!before || !after || after->total <= before->total) return 0;
  return static_cast<double>(after->steal - before->steal) /
         static_cast<double>(after->total - before->total);
}

}  // namespace pmembench
