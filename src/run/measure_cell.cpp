#include "run/measure_cell.hpp"

#include <memory>
#include <vector>

#include "base/random.hpp"
#include "run/replicate_parts.hpp"
#include "run/slice_loop.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// One of the turns of a worker's cell: blocks of the slice loop hold one slice of each.
class TurnLink final : public WorkerLink {
 public:
  TurnLink(WorkerLink& worker, unsigned turn) : worker_(worker), turn_(turn) {}
  Status await_open_within(std::uint64_t most_ms) override {
    return worker_.await_open_within(most_ms);
  }
  [[nodiscard]] const OpenedReply& opened() const override { return worker_.opened(); }
  Result<std::uint64_t> begin_cell(const CellRequest& request) override {
    return worker_.begin_cell(request);
  }
  Result<SliceReply> take_turn(bool first, unsigned /*turn*/) override {
    return worker_.take_turn(first && turn_ == 0, turn_);
  }
  Result<CellDoneReply> end_cell() override { return worker_.end_cell(); }
  [[nodiscard]] bool alive() const override { return worker_.alive(); }

 private:
  WorkerLink& worker_;
  unsigned turn_;
};

// Empty: the cell has one turn.
std::vector<std::unique_ptr<WorkerLink>> turns_of(WorkerLink& worker, const Cell& cell) {
  std::vector<std::unique_ptr<WorkerLink>> turns;
  const WorkloadType* const type = find_workload(cell.workload);
  const unsigned count =
      type == nullptr || type->turns == nullptr ? 1 : type->turns(cell.parameters);
  for (unsigned turn = 0; count > 1 && turn < count; ++turn) {
    turns.push_back(std::make_unique<TurnLink>(worker, turn));
  }
  return turns;
}

}  // namespace

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
  const std::vector<std::unique_ptr<WorkerLink>> turns = turns_of(worker, *order.cell);
  std::vector<WorkerLink*> arms;
  for (const auto& turn : turns) arms.push_back(turn.get());
  if (arms.empty()) arms.push_back(&worker);
  const SliceLoopOutcome slices = run_slices(arms, policy);
  if (slices.failure) return slices.failure->error;
  const auto done = worker.end_cell();
  if (!done) return done.error();
  std::vector<SliceReply> kept;
  for (const Block& block : slices.kept) kept.insert(kept.end(), block.begin(), block.end());
  outcome.replicate = replicate_of(*order.cell, order.replicate, order.seed, kept);
  outcome.replicate.disturbed = slices.disturbed;
  for (const std::uint64_t each : slices.involuntary_switches) {
    outcome.replicate.involuntary_switches += each;
  }
  outcome.replicate.steal_share = steal_between(before, read_cpu_times("/"));
  const Status complete = complete_replicate(*done, worker.opened(), *order.cell, kept,
                                             outcome.cores, outcome.replicate);
  if (!complete) return complete.error();
  return outcome;
}

}  // namespace pmembench
