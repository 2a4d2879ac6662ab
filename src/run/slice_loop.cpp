#include "run/slice_loop.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "measure/estimate.hpp"
#include "record/limits.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kSlopeWindow = 5;
constexpr double kSlopeLimit = 0.01;

class Loop {
 public:
  Loop(std::span<WorkerLink* const> arms, const SlicePolicy& policy)
      : arms_(arms), policy_(policy) {
    outcome_.involuntary_switches.assign(arms.size(), 0);
  }

  SliceLoopOutcome run() {
    if (warm_up()) take_blocks();
    return std::move(outcome_);
  }

 private:
  bool warm_up() {
    std::vector<std::vector<double>> times(arms_.size());
    for (unsigned taken = 0; taken < policy_.warm_up; ++taken) {
      const bool all_steady =
          std::all_of(times.begin(), times.end(), [](const auto& arm) { return is_steady(arm); });
      if (all_steady) break;
      Block block;
      if (!take_block(false, block)) return false;
      for (std::size_t arm = 0; arm < arms_.size(); ++arm) {
        times[arm].push_back(block[arm].ns_per_operation);
      }
    }
    return true;
  }

  void take_blocks() {
    unsigned repeats_left = policy_.repeats;
    bool first = true;
    for (;;) {
      Block block;
      if (!take_block(first, block)) return;
      first = false;
      for (std::size_t arm = 0; arm < arms_.size(); ++arm) {
        outcome_.involuntary_switches[arm] += block[arm].involuntary_switches;
      }
      const bool disturbed = is_disturbed(block);
      if (disturbed) ++outcome_.disturbed;
      if (disturbed && repeats_left > 0) {
        --repeats_left;
        continue;
      }
      outcome_.kept.push_back(std::move(block));
      switch (policy_.next(outcome_.kept)) {
        case SlicePolicy::Next::more:
          break;
        case SlicePolicy::Next::drop_first:
          outcome_.kept.erase(outcome_.kept.begin());
          first = true;
          break;
        case SlicePolicy::Next::enough:
          return;
      }
    }
  }

  bool take_block(bool first, Block& block) {
    block.resize(arms_.size());
    for (const std::size_t arm : order()) {
      auto slice = arms_[arm]->take_slice(first);
      if (!slice) {
        outcome_.failure = {arm, slice.error()};
        return false;
      }
      if (policy_.seen) policy_.seen(arm, *slice);
      block[arm] = *std::move(slice);
    }
    return true;
  }

  std::vector<std::size_t> order() {
    if (policy_.order) return policy_.order(blocks_++);
    std::vector<std::size_t> order(arms_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
  }

  std::span<WorkerLink* const> arms_;
  const SlicePolicy& policy_;
  SliceLoopOutcome outcome_;
  std::size_t blocks_ = 0;
};

}  // namespace

bool is_disturbed(const SliceReply& slice) {
  return slice.involuntary_switches > 0 || slice.overlap < limits::kOverlap;
}

std::vector<SliceReply> undisturbed(const std::vector<SliceReply>& slices, unsigned fewest) {
  std::vector<SliceReply> quiet;
  std::copy_if(slices.begin(), slices.end(), std::back_inserter(quiet),
               [](const SliceReply& slice) { return !is_disturbed(slice); });
  return quiet.size() >= fewest ? quiet : slices;
}

bool is_disturbed(const Block& block) {
  return std::any_of(block.begin(), block.end(),
                     [](const SliceReply& slice) { return is_disturbed(slice); });
}

bool is_steady(std::span<const double> times) {
  if (times.size() < kSlopeWindow) return false;
  const std::span<const double> window = times.last(kSlopeWindow);
  const double change = least_squares_slope(window) * static_cast<double>(kSlopeWindow);
  return std::abs(change) < kSlopeLimit * median(window);
}

unsigned warm_up_limit(unsigned slices) { return std::max(1U, slices / 5); }

SliceLoopOutcome run_slices(std::span<WorkerLink* const> arms, const SlicePolicy& policy) {
  return Loop(arms, policy).run();
}

std::vector<SliceReply> slices_of_arm(const SliceLoopOutcome& outcome, std::size_t arm) {
  std::vector<SliceReply> slices;
  for (const Block& block : outcome.kept) slices.push_back(block[arm]);
  return slices;
}

SlicePolicy keep_slices(unsigned count) {
  SlicePolicy policy;
  policy.warm_up = warm_up_limit(count);
  policy.repeats = count;
  policy.next = [count](const std::vector<Block>& kept) {
    return kept.size() < count ? SlicePolicy::Next::more : SlicePolicy::Next::enough;
  };
  return policy;
}

}  // namespace pmembench
