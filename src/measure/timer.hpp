// The clock of a measurement: the time-stamp counter, calibrated, with its step and its cost.
#pragma once

#include <x86intrin.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// When the clock after an operation may be read.
enum class LatencyMode {
  issue,    // once the operation's instructions have retired (rdtscp)
  durable,  // once a full barrier has passed (mfence; rdtscp): the stores have drained
};

// Before an operation: earlier loads and instructions are done, later ones have not begun.
[[nodiscard]] inline std::uint64_t tsc_begin() {
  _mm_lfence();
  const std::uint64_t ticks = __rdtsc();
  _mm_lfence();
  return ticks;
}
[[nodiscard]] inline std::uint64_t tsc_end_issue() {
  unsigned aux = 0;
  const std::uint64_t ticks = __rdtscp(&aux);
  _mm_lfence();
  return ticks;
}
[[nodiscard]] inline std::uint64_t tsc_end_durable() {
  _mm_mfence();
  return tsc_end_issue();
}

struct TimerFacts {
  double ns_per_tick = 0;
  double step_ns = 0;           // smallest non-zero difference seen: the counter's granularity
  double floor_issue_ns = 0;    // median of an empty begin/end_issue pair
  double floor_durable_ns = 0;  // median of an empty begin/end_durable pair
  bool invariant = false;       // CPUID 8000_0007h EDX[8]
};

// Calibrates against CLOCK_MONOTONIC_RAW for about 20 ms and measures step and floors. Refuses
// (environment) a counter that is not invariant or goes back, unless `allow_variant`.
Result<TimerFacts> calibrate_timer(bool allow_variant = false);

}  // namespace pmembench
