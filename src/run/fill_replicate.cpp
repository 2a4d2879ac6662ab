#include "run/fill_replicate.hpp"

#include <algorithm>

#include "measure/estimate.hpp"
#include "record/limits.hpp"
#include "run/core_watch.hpp"

namespace pmembench {
namespace {

// Of a cell whose slices have probes beside them.
std::optional<CoreDetails> core_details(const SliceNotes& notes) {
  if (notes.core_slowdown.empty()) return std::nullopt;
  std::vector<double> shared;
  for (const double slowdown : notes.core_slowdown) {
    if (slowdown > limits::kSharedCoreSlowdown) shared.push_back(slowdown);
  }
  const auto slices = static_cast<double>(notes.core_slowdown.size());
  return CoreDetails{static_cast<double>(shared.size()) / slices,
                     shared.empty() ? 1 : median(shared)};
}

}  // namespace

Status fill_from_worker(const CellDoneReply& done, const OpenedReply& opened, const Cell& cell,
                        const SliceNotes& notes, Replicate& replicate) {
  const TimerFacts& timer = opened.timer;
  replicate.medium = opened.medium;
  replicate.ns_per_tick = timer.ns_per_tick;
  Details& details = replicate.details;
  details.timer = timer;
  details.counters = done.counters;
  details.figures = done.figures;
  details.cpus = done.cpus;
  details.ceiling_bytes_per_s = opened.ceiling_bytes_per_s;
  details.core = core_details(notes);
  details.loaded = done.extra.loaded;
  details.open_loop = done.extra.open_loop;
  details.slots = done.extra.slots;
  if (details.loaded) {
    // The histogram is of chunks; so scaled it is of one load, on average over its chunk.
    const auto chunk = static_cast<double>(std::max<std::uint64_t>(1, details.loaded->chunk));
    replicate.ns_per_tick /= chunk;
    replicate.floor_ns = timer.floor_issue_ns / chunk;
    details.loaded->slice_bytes_per_s = notes.load_bytes_per_s;
    details.loaded->bytes_per_s =
        notes.load_bytes_per_s.empty() ? 0 : median(notes.load_bytes_per_s);
  }
  if (details.open_loop && !notes.backlog_ns.empty()) {
    details.open_loop->achieved_per_s = 1e9 / replicate.median_ns_per_operation;
    details.open_loop->backlog_ns = median(notes.backlog_ns);
  }
  if (cell.timing == Timing::operation) {
    replicate.floor_ns =
        cell.latency_mode == "durable" ? timer.floor_durable_ns : timer.floor_issue_ns;
  }
  if (!done.histogram.empty()) {
    auto histogram = Histogram::from_sparse(done.histogram);
    if (!histogram) return histogram.error();
    replicate.histogram = *std::move(histogram);
  }
  return {};
}

}  // namespace pmembench
