// OpenSchedule: when the operations of an open loop are due, whatever became of those before.
#pragma once

#include <cstdint>
#include <vector>

namespace pmembench {

enum class Arrival { closed, fixed, poisson };

// Fixed: one interval after the other. Poisson: exponential intervals of the same mean, from a
// table that is made before the slice (128 KiB: it stays in the second-level cache). Times are in
// 1/256 of a tick, so the rate is met exactly over many operations. next() has no division and no
// random draw. One thread's.
class OpenSchedule {
 public:
  static constexpr std::uint64_t kEntries = 16384;
  OpenSchedule() = default;  // closed: nothing is due
  // `ticks_apart` on average, above 0. `phase` in [0, 1): the share of it after which the first is
  // due, so that threads with a fixed interval do not march in step.
  OpenSchedule(Arrival arrival, double ticks_apart, double phase);
  [[nodiscard]] bool open() const { return arrival_ != Arrival::closed; }
  // Draws the intervals anew; the same seed gives the same ones. Untimed.
  void refill(std::uint64_t seed);
  void start(std::uint64_t now) { due_ = (now << kFractionBits) + first_; }
  // The tick at which the next operation is due.
  [[nodiscard]] std::uint64_t next() {
    const std::uint64_t due = due_ >> kFractionBits;
    due_ += intervals_.empty() ? apart_ : intervals_[at_++ % kEntries];
    return due;
  }

 private:
  static constexpr unsigned kFractionBits = 8;
  Arrival arrival_ = Arrival::closed;
  std::uint64_t apart_ = 0, first_ = 0, due_ = 0;
  std::uint64_t at_ = 0;
  std::vector<std::uint64_t> intervals_;  // of poisson
};

}  // namespace pmembench
