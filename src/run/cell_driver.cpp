#include "run/cell_driver.hpp"

#include <vector>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "run/fill_replicate.hpp"
#include "run/slice_steps.hpp"

namespace pmembench {
namespace {

Status warm_up(const Ask& ask, unsigned slices, CoreWatch& cores) {
  const unsigned most = warm_up_limit(slices);
  std::vector<double> times;
  while (times.size() < most && !is_steady(times)) {
    const auto slice = take_slice(ask, false);
    if (!slice) return slice.error();
    times.push_back(slice->ns_per_operation);
    cores.learn(slice->core_probes_ns);
  }
  return {};
}

void keep(const SliceReply& slice, bool marked, CellOutcome& outcome) {
  Replicate& replicate = outcome.replicate;
  if (slice.load_bytes_per_s) outcome.notes.load_bytes_per_s.push_back(*slice.load_bytes_per_s);
  if (slice.backlog_ns) outcome.notes.backlog_ns.push_back(*slice.backlog_ns);
  replicate.slice_ns_per_operation.push_back(slice.ns_per_operation);
  replicate.slice_disturbed.push_back(marked);
  replicate.operations += slice.operations;
  replicate.bytes += slice.bytes;
}

// How much slower the cores were beside each slice, judged when all of them are known.
std::vector<double> core_slowdown(const CoreWatch& cores,
                                  const std::vector<std::vector<double>>& probes_ns) {
  std::vector<double> slowdown;
  for (const std::vector<double>& probes : probes_ns) slowdown.push_back(cores.slowdown(probes));
  return slowdown;
}

Status take_slices(const Ask& ask, unsigned slices, bool repeat, CellOutcome& outcome) {
  Replicate& replicate = outcome.replicate;
  std::vector<std::vector<double>> probes_ns;  // of the kept slices
  unsigned repeats_left = repeat ? slices : 0;
  bool first = true;
  while (replicate.slice_ns_per_operation.size() < slices) {
    const auto slice = take_slice(ask, first);
    if (!slice) return slice.error();
    first = false;
    replicate.involuntary_switches += slice->involuntary_switches;
    outcome.cores.learn(slice->core_probes_ns);
    const bool marked = is_disturbed(*slice);
    if (marked) ++replicate.disturbed;
    if (marked && repeats_left > 0) {
      --repeats_left;
      continue;
    }
    keep(*slice, marked, outcome);
    if (!slice->core_probes_ns.empty()) probes_ns.push_back(slice->core_probes_ns);
  }
  outcome.notes.core_slowdown = core_slowdown(outcome.cores, probes_ns);
  return {};
}

}  // namespace

Result<CellOutcome> drive_cell(const Ask& ask, const CellOrder& order, const OpenedReply& opened) {
  CellOutcome outcome;
  outcome.cores = order.cores;
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
  Status status = warm_up(ask, order.slices, outcome.cores);
  if (status) status = take_slices(ask, order.slices, cell.slots_ns == 0, outcome);
  if (!status) return status.error();
  const auto done = end_cell(ask);
  if (!done) return done.error();
  replicate.steal_share = steal_between(before, read_cpu_times("/"));
  replicate.median_ns_per_operation = median(replicate.slice_ns_per_operation);
  replicate.lag1 = lag1_autocorrelation(replicate.slice_ns_per_operation);
  status = fill_from_worker(*done, opened, *order.cell, outcome.notes, replicate);
  if (!status) return status.error();
  return outcome;
}

}  // namespace pmembench
