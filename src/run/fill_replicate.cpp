#include "run/fill_replicate.hpp"

#include <algorithm>

#include "measure/estimate.hpp"
#include "run/core_watch.hpp"

namespace pmembench {
namespace {

// Of a cell whose slices have probes beside them; else null.
nlohmann::json core_json(const SliceNotes& notes) {
  if (notes.core_slowdown.empty()) return nullptr;
  std::vector<double> shared;
  for (const double slowdown : notes.core_slowdown) {
    if (slowdown > CoreWatch::kSharedLimit) shared.push_back(slowdown);
  }
  const auto slices = static_cast<double>(notes.core_slowdown.size());
  return {{"shared_share", static_cast<double>(shared.size()) / slices},
          {"slowdown", shared.empty() ? 1 : median(shared)}};
}

}  // namespace

Status fill_from_worker(const CellDoneReply& done, const OpenedReply& opened, const Cell& cell,
                        const SliceNotes& notes, Replicate& replicate) {
  const TimerFacts& timer = opened.timer;
  replicate.ns_per_tick = timer.ns_per_tick;
  nlohmann::json extra = done.extra.is_object() ? done.extra : nlohmann::json::object();
  if (extra.contains("loaded")) {
    nlohmann::json& loaded = extra["loaded"];
    // The histogram is of chunks; so scaled it is of one load, on average over its chunk.
    const auto chunk = std::max(1.0, loaded.value("chunk", 1.0));
    replicate.ns_per_tick /= chunk;
    replicate.floor_ns = timer.floor_issue_ns / chunk;
    loaded["slice_bytes_per_s"] = notes.load_bytes_per_s;
    loaded["bytes_per_s"] = notes.load_bytes_per_s.empty() ? 0 : median(notes.load_bytes_per_s);
  }
  if (extra.contains("open_loop") && !notes.backlog_ns.empty()) {
    extra["open_loop"]["achieved_per_s"] = 1e9 / replicate.median_ns_per_operation;
    extra["open_loop"]["backlog_ns"] = median(notes.backlog_ns);
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
  nlohmann::json details = {{"timer",
                             {{"step_ns", timer.step_ns},
                              {"ns_per_tick", timer.ns_per_tick},
                              {"floor_issue_ns", timer.floor_issue_ns},
                              {"floor_durable_ns", timer.floor_durable_ns},
                              {"invariant", timer.invariant}}},
                            {"counters", done.counters},
                            {"figures", done.figures},
                            {"cpus", done.cpus},
                            {"ceiling_bytes_per_s", opened.ceiling_bytes_per_s}};
  if (const nlohmann::json core = core_json(notes); !core.is_null()) details["core"] = core;
  details.update(extra);
  replicate.details_json = details.dump();
  replicate.medium_json = opened.medium.dump();
  return {};
}

}  // namespace pmembench
