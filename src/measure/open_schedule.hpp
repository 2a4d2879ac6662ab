// OpenSchedule: when the operations of an open loop are due, independent of those before.
#pragma once

#include <cstdint>
#include <vector>

namespace pmembench {

enum class Arrival { closed, fixed, poisson };

// The arrivals of one slice. `operations` arrivals have a window of as many intervals, so that
// their rate is the one asked for however few they are. Fixed: one interval after the other.
// Poisson: the arrivals of a Poisson process, given that N of them fall into the window (they are
// uniform in it: D. R. Cox, P. A. W. Lewis, "The Statistical Analysis of Series of Events", 1966,
// section 2.1), from a table of intervals that is made before the slice (128 KiB: it stays in the
// second-level cache; of more arrivals than it has entries the table goes round). Times are in
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
  // Prepares a window of `operations` arrivals and draws their intervals. The same seed gives the
  // same intervals. Untimed.
  void refill(std::uint64_t seed, std::uint64_t operations);
  void start(std::uint64_t now) {
    begin_ = now;
    offset_ = first_;
    at_ = 0;
  }
  // The tick at which the next operation is due. After those of the window: when the first behind
  // it would be.
  [[nodiscard]] std::uint64_t next() {
    const std::uint64_t due = begin_ + (offset_ >> kFractionBits);
    offset_ += intervals_.empty() ? apart_ : intervals_[at_++ % intervals_.size()];
    return due;
  }
  // How long the window is, in ticks.
  [[nodiscard]] std::uint64_t window_ticks() const { return window_; }

 private:
  static constexpr unsigned kFractionBits = 8;
  void draw(std::uint64_t seed, std::uint64_t operations);

  Arrival arrival_ = Arrival::closed;
  std::uint64_t apart_ = 0, window_ = 0;
  std::uint64_t begin_ = 0, first_ = 0, offset_ = 0;
  std::uint64_t at_ = 0;
  std::vector<std::uint64_t> intervals_;  // of poisson
};

}  // namespace pmembench
