#include "run/cell_driver.hpp"

#include <vector>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "run/slice_steps.hpp"

namespace pmembench {
namespace {

Status warm_up(const Ask& ask, unsigned slices) {
  const unsigned most = warm_up_limit(slices);
  std::vector<double> times;
  while (times.size() < most && !is_steady(times)) {
    const auto slice = take_slice(ask, false);
    if (!slice) return slice.error();
    times.push_back(slice->ns_per_operation);
  }
  return {};
}

void keep(const SliceReply& slice, bool marked, Replicate& replicate) {
  replicate.slice_ns_per_operation.push_back(slice.ns_per_operation);
  replicate.slice_disturbed.push_back(marked);
  replicate.operations += slice.operations;
  replicate.bytes += slice.bytes;
}

Status take_slices(const Ask& ask, unsigned slices, Replicate& replicate) {
  unsigned repeats_left = slices;
  bool first = true;
  while (replicate.slice_ns_per_operation.size() < slices) {
    const auto slice = take_slice(ask, first);
    if (!slice) return slice.error();
    first = false;
    replicate.involuntary_switches += slice->involuntary_switches;
    const bool marked = is_disturbed(*slice);
    if (marked) ++replicate.disturbed;
    if (marked && repeats_left > 0) {
      --repeats_left;
      continue;
    }
    keep(*slice, marked, replicate);
  }
  return {};
}

Status fill_from_worker(const CellDoneReply& done, const OpenedReply& opened, const Cell& cell,
                        Replicate& replicate) {
  const TimerFacts& timer = opened.timer;
  replicate.ns_per_tick = timer.ns_per_tick;
  if (cell.timing == Timing::operation) {
    replicate.floor_ns =
        cell.latency_mode == "durable" ? timer.floor_durable_ns : timer.floor_issue_ns;
  }
  if (!done.histogram.empty()) {
    auto histogram = Histogram::from_sparse(done.histogram);
    if (!histogram) return histogram.error();
    replicate.histogram = *std::move(histogram);
  }
  const nlohmann::json details = {{"timer",
                                   {{"step_ns", timer.step_ns},
                                    {"ns_per_tick", timer.ns_per_tick},
                                    {"floor_issue_ns", timer.floor_issue_ns},
                                    {"floor_durable_ns", timer.floor_durable_ns},
                                    {"invariant", timer.invariant}}},
                                  {"counters", done.counters},
                                  {"figures", done.figures},
                                  {"cpus", done.cpus},
                                  {"ceiling_bytes_per_s", opened.ceiling_bytes_per_s}};
  replicate.details_json = details.dump();
  replicate.medium_json = opened.medium.dump();
  return {};
}

}  // namespace

Result<CellOutcome> drive_cell(const Ask& ask, const CellOrder& order, const OpenedReply& opened) {
  CellOutcome outcome;
  Replicate& replicate = outcome.replicate;
  replicate.cell = order.cell->name;
  replicate.index = order.replicate;
  replicate.seed = order.seed;
  // Every process draws addresses of its own; the row's seed and the replicate's index give them
  // back.
  Cell cell = *order.cell;
  cell.seed = mix_seed(cell.seed + order.replicate);
  const auto before = read_cpu_times("/");
  const auto operations =
      begin_cell(ask, CellRequest{cell, order.slice_ns, order.operations, std::nullopt});
  if (!operations) return operations.error();
  outcome.operations = *operations;
  Status status = warm_up(ask, order.slices);
  if (status) status = take_slices(ask, order.slices, replicate);
  if (!status) return status.error();
  const auto done = end_cell(ask);
  if (!done) return done.error();
  replicate.steal_share = steal_between(before, read_cpu_times("/"));
  replicate.median_ns_per_operation = median(replicate.slice_ns_per_operation);
  replicate.lag1 = lag1_autocorrelation(replicate.slice_ns_per_operation);
  status = fill_from_worker(*done, opened, *order.cell, replicate);
  if (!status) return status.error();
  return outcome;
}

}  // namespace pmembench
