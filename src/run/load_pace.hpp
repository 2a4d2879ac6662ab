// LoadPace: when a load thread may go on. Two kinds: a rate, or a wait after each group.
#pragma once

#include <x86intrin.h>

#include <algorithm>
#include <cstdint>

namespace pmembench {

// A token bucket on the time-stamp counter: each group of operations costs a fixed number of ticks,
// and the bucket holds at most `kDepth` groups, so that a thread that was held up does not make up
// for it in one burst. Times are in 1/256 of a tick: no division, and a rate is met within 0.4 % of
// a tick a group. One thread's.
class LoadPace {
 public:
  static constexpr unsigned kFractionBits = 8;
  static constexpr std::uint64_t kDepth = 8;

  // At most one group in `ticks_a_group`; 0: no limit.
  [[nodiscard]] static LoadPace at_rate(double ticks_a_group) {
    LoadPace pace;
    pace.cost_ = static_cast<std::uint64_t>(ticks_a_group * (1U << kFractionBits) + 0.5);
    return pace;
  }
  // A wait of this many ticks after each group, regardless of the group's duration.
  [[nodiscard]] static LoadPace with_pause(std::uint64_t ticks) {
    LoadPace pace;
    pace.pause_ = ticks;
    return pace;
  }
  [[nodiscard]] bool limited() const { return cost_ != 0 || pause_ != 0; }
  void start(std::uint64_t now) { next_ = now << kFractionBits; }
  // A group has been done by `now`: the tick at which the next may begin.
  [[nodiscard]] std::uint64_t after_group(std::uint64_t now) {
    if (pause_ != 0) return now + pause_;
    const std::uint64_t latest = now << kFractionBits;
    const std::uint64_t depth = kDepth * cost_;
    next_ = std::max(next_ + cost_, latest > depth ? latest - depth : 0);
    return next_ >> kFractionBits;
  }

 private:
  std::uint64_t cost_ = 0, pause_ = 0, next_ = 0;
};

}  // namespace pmembench
