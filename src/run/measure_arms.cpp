#include "run/measure_arms.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "run/block_order.hpp"
#include "run/replicate_parts.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

std::size_t index_of(Arm arm) { return static_cast<std::size_t>(arm); }

class Arms {
 public:
  explicit Arms(const ArmsOrder& order) : order_(order) {
    outcome_.triple.index = order.index;
    outcome_.triple.seed = order.seed;
    outcome_.operations = order.operations;
  }

  Result<ArmsOutcome> run() {
    const auto before = read_cpu_times("/");
    if (begin() && take_blocks()) end();
    if (interrupted_) return interruption();
    const double steal = steal_between(before, read_cpu_times("/"));
    for (ArmReplicate& arm : outcome_.triple.arms) arm.steal_share = steal;
    return std::move(outcome_);
  }

 private:
  // Each step is true where the arms can go on.
  bool begin() {
    if (order_.operations == 0 && !calibrate()) return false;
    for (const Arm arm : opening_order(order_.index)) (void)begin_arm(arm, outcome_.operations);
    return good();
  }

  bool calibrate() {
    for (const Arm arm : opening_order(order_.index)) (void)begin_arm(arm, 0);
    if (good()) outcome_.operations = begin_arm(Arm::base, 0);
    return good();
  }

  std::uint64_t begin_arm(Arm which, std::uint64_t operations) {
    const MeasuredArm& arm = order_.arms[index_of(which)];
    CellRequest request{arm.cell, order_.slice_ns, operations};
    // Every process draws its own addresses; the arms of one replicate draw the same.
    request.cell.seed = mix_seed(arm.cell.seed + order_.index);
    if (operations != 0) request.slowdown = arm.slowdown;
    const auto begun = arm.worker->begin_cell(request);
    if (!begun) return fail(index_of(which), begun.error()), 0;
    return *begun;
  }

  bool take_blocks() {
    SlicePolicy policy = keep_slices(order_.slices);
    policy.order = [this](std::size_t block) {
      std::vector<std::size_t> order;
      for (const Arm arm : block_order(order_.seed, block)) order.push_back(index_of(arm));
      return order;
    };
    std::array<WorkerLink*, kArms> workers{};
    for (std::size_t arm = 0; arm < kArms; ++arm) workers[arm] = order_.arms[arm].worker;
    const SliceLoopOutcome slices = run_slices(workers, policy);
    if (slices.failure) return fail(slices.failure->arm, slices.failure->error), false;
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      ArmReplicate& replicate = outcome_.triple.arms[arm];
      replicate.involuntary_switches = slices.involuntary_switches[arm];
      std::uint64_t operations = 0, bytes = 0;
      for (const SliceReply& slice : slices_of_arm(slices, arm)) {
        replicate.slice_ns_per_operation.push_back(slice.ns_per_operation);
        replicate.slice_disturbed.push_back(is_disturbed(slice));
        operations += slice.operations;
        // A load's bytes are not those of the probe's operations.
        if (!slice.load_bytes_per_s) bytes += slice.bytes;
      }
      if (operations > 0) {
        replicate.bytes_per_operation =
            static_cast<double>(bytes) / static_cast<double>(operations);
      }
    }
    return true;
  }

  // Each arm proves its bytes, also where another could not.
  void end() {
    for (const Arm which : opening_order(order_.index)) {
      const std::size_t arm = index_of(which);
      WorkerLink& worker = *order_.arms[arm].worker;
      ArmReplicate& replicate = outcome_.triple.arms[arm];
      replicate.ns_per_tick = worker.opened().timer.ns_per_tick;
      const MediumFacts& medium = worker.opened().medium;
      replicate.huge_share = medium.huge_share;
      const bool unaudited = order_.arms[arm].cell.durable && medium.claim == kUnauditedClaim;
      if (unaudited) replicate.unaudited = medium.audit;
      const auto done = worker.end_cell();
      if (!done) {
        fail(arm, done.error());
        continue;
      }
      if (done->histogram.empty()) continue;
      auto histogram = Histogram::from_sparse(done->histogram);
      if (histogram) {
        replicate.histogram = *std::move(histogram);
      } else {
        fail(arm, histogram.error());
      }
    }
  }

  void fail(std::size_t arm, const Error& error) {
    if (error.kind == ErrorKind::interrupted) interrupted_ = true;
    outcome_.failures[arm] = error.message.empty() ? "it failed and gave no reason" : error.message;
  }
  [[nodiscard]] bool good() const { return !interrupted_ && outcome_.whole(); }

  const ArmsOrder& order_;
  ArmsOutcome outcome_;
  bool interrupted_ = false;
};

}  // namespace

bool ArmsOutcome::whole() const {
  return std::all_of(failures.begin(), failures.end(),
                     [](const std::string& failure) { return failure.empty(); });
}

Result<ArmsOutcome> measure_arms(const ArmsOrder& order) { return Arms(order).run(); }

}  // namespace pmembench
