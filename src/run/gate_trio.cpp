#include "run/gate_trio.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/random.hpp"
#include "platform/environment.hpp"
#include "run/block_order.hpp"

namespace pmembench {
namespace {

std::size_t index_of(Arm arm) { return static_cast<std::size_t>(arm); }

class Trio {
 public:
  explicit Trio(const TrioOrder& order) : order_(order) {
    outcome_.trio.index = order.index;
    outcome_.trio.seed = order.seed;
    outcome_.operations = order.operations;
  }

  Result<TrioOutcome> run() {
    const auto before = read_cpu_times("/");
    if (begin() && warm_up() && take_blocks()) end();
    if (interrupted_) return Error{ErrorKind::runtime, "interrupted", EINTR};
    const double steal = steal_between(before, read_cpu_times("/"));
    for (ArmReplicate& arm : outcome_.trio.arms) arm.steal_share = steal;
    return std::move(outcome_);
  }

 private:
  using Block = std::array<SliceReply, kArms>;

  // Each step is true where the trio can go on.
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

  std::uint64_t begin_arm(Arm arm, std::uint64_t operations) {
    const TrioArm& seat = order_.arms[index_of(arm)];
    CellRequest request{seat.cell, order_.slice_ns, operations, std::nullopt};
    // Every process draws addresses of its own; the arms of one replicate draw the same.
    request.cell.seed = mix_seed(seat.cell.seed + order_.index);
    if (operations != 0) request.plant = seat.plant;
    const auto begun = begin_cell(seat.ask, request);
    if (!begun) return fail(arm, begun.error()), 0;
    return *begun;
  }

  bool warm_up() {
    std::array<std::vector<double>, kArms> times;
    for (unsigned taken = 0; taken < warm_up_limit(order_.slices); ++taken) {
      const bool all_steady =
          std::all_of(times.begin(), times.end(), [](const auto& arm) { return is_steady(arm); });
      if (all_steady) break;
      Block block;
      if (!take_block(false, block)) return false;
      for (std::size_t arm = 0; arm < kArms; ++arm) {
        times[arm].push_back(block[arm].ns_per_operation);
      }
    }
    return true;
  }

  bool take_blocks() {
    unsigned repeats_left = order_.slices;
    bool first = true;
    for (unsigned kept = 0; kept < order_.slices;) {
      Block block;
      if (!take_block(first, block)) return false;
      first = false;
      const bool disturbed = std::any_of(block.begin(), block.end(), is_disturbed);
      if (disturbed && repeats_left > 0) {
        --repeats_left;
        continue;
      }
      keep(block);
      ++kept;
    }
    return true;
  }

  bool take_block(bool first, Block& block) {
    for (const Arm arm : block_order(order_.seed, blocks_++)) {
      const auto slice = take_slice(order_.arms[index_of(arm)].ask, first);
      if (!slice) return fail(arm, slice.error()), false;
      block[index_of(arm)] = *slice;
      outcome_.trio.arms[index_of(arm)].involuntary_switches += slice->involuntary_switches;
    }
    return true;
  }

  void keep(const Block& block) {
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      outcome_.trio.arms[arm].slice_ns_per_operation.push_back(block[arm].ns_per_operation);
      outcome_.trio.arms[arm].slice_disturbed.push_back(is_disturbed(block[arm]));
    }
  }

  // Each arm proves its bytes, also where another could not.
  void end() {
    for (const Arm arm : opening_order(order_.index)) {
      const TrioArm& seat = order_.arms[index_of(arm)];
      ArmReplicate& replicate = outcome_.trio.arms[index_of(arm)];
      replicate.ns_per_tick = seat.opened.timer.ns_per_tick;
      replicate.huge_share = seat.opened.medium.huge_share;
      const auto done = end_cell(seat.ask);
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

  void fail(Arm arm, const Error& error) {
    if (error.code == EINTR) interrupted_ = true;
    outcome_.failures[index_of(arm)] =
        error.message.empty() ? "it failed without a word" : error.message;
  }
  [[nodiscard]] bool good() const { return !interrupted_ && outcome_.whole(); }

  const TrioOrder& order_;
  TrioOutcome outcome_;
  std::size_t blocks_ = 0;
  bool interrupted_ = false;
};

}  // namespace

bool TrioOutcome::whole() const {
  return std::all_of(failures.begin(), failures.end(),
                     [](const std::string& failure) { return failure.empty(); });
}

Result<TrioOutcome> drive_trio(const TrioOrder& order) { return Trio(order).run(); }

}  // namespace pmembench
