#include "run/measure_cell.hpp"

#include "base/random.hpp"
#include "run/replicate_parts.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {

Result<CellOutcome> measure_cell(WorkerLink& worker, const CellOrder& order) {
  // Every process draws its own addresses; the row's seed and the replicate's index reproduce them.
  Cell cell = *order.cell;
  cell.seed = mix_seed(cell.seed + order.replicate);
  const auto before = read_cpu_times("/");
  const auto operations = worker.begin_cell({cell, order.slice_ns, order.operations});
  if (!operations) return operations.error();
  CellOutcome outcome;
  outcome.operations = *operations;
  outcome.cores = order.cores;
  SlicePolicy policy = keep_slices(order.slices);
  if (cell.slots_ns != 0) policy.repeats = 0;
  policy.seen = [&](std::size_t, const SliceReply& slice) {
    outcome.cores.learn(slice.core_probes_ns);
  };
  WorkerLink* const arms[] = {&worker};
  const SliceLoopOutcome slices = run_slices(arms, policy);
  if (slices.failure) return slices.failure->error;
  const auto done = worker.end_cell();
  if (!done) return done.error();
  const std::vector<SliceReply> kept = slices_of_arm(slices, 0);
  outcome.replicate = replicate_of(*order.cell, order.replicate, order.seed, kept);
  outcome.replicate.disturbed = slices.disturbed;
  outcome.replicate.involuntary_switches = slices.involuntary_switches.front();
  outcome.replicate.steal_share = steal_between(before, read_cpu_times("/"));
  const Status complete = complete_replicate(*done, worker.opened(), *order.cell, kept,
                                             outcome.cores, outcome.replicate);
  if (!complete) return complete.error();
  return outcome;
}

}  // namespace pmembench
