// The clock of a measurement: the time-stamp counter, calibrated, with its step and its cost.
#pragma once

#include <x86intrin.h>

#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// Before an operation: earlier loads and instructions are done, later ones have not begun.
[[nodiscard]] inline std::uint64_t tsc_begin() {
  _mm_lfence();
  const std::uint64_t ticks = __rdtsc();
  _mm_lfence();
  return ticks;
}
// After one, and so before the next: nothing of the next begins before the lfence lets it, when all
// of the one before has completed. The reading itself (10 to 14 ns) overlaps with what follows, at
// both ends of an operation alike: it is in no operation that takes longer than it does. rdtscp and
// an lfence behind it keep every operation waiting for the reading, which is in each of them then.
[[nodiscard]] inline std::uint64_t tsc_end_issue() {
  _mm_lfence();
  return __rdtsc();
}
[[nodiscard]] inline std::uint64_t tsc_end_durable() {
  _mm_mfence();
  return tsc_end_issue();
}

// The other ordered reading: rdtscp waits for all before it, and the lfence keeps what follows from
// beginning before it is done. Takes fewer ticks than the above on some CPUs. (Without the lfence
// the next operation could begin before the reading. rdpru, which AMD lets user space have, reads a
// counter that does not advance while the CPU is halted: not a clock for an operation that sleeps.)
[[nodiscard]] inline std::uint64_t tsc_end_issue_rdtscp() {
  unsigned cpu = 0;
  const std::uint64_t ticks = __rdtscp(&cpu);
  _mm_lfence();
  return ticks;
}
[[nodiscard]] inline std::uint64_t tsc_end_durable_rdtscp() {
  _mm_mfence();
  return tsc_end_issue_rdtscp();
}

inline constexpr const char* kReadingByRdtsc = "lfence+rdtsc";
inline constexpr const char* kReadingByRdtscp = "rdtscp+lfence";
// Of no counter: the time is that of a simulated memory.
inline constexpr const char* kReadingVirtual = "virtual time";

// Which of the two ends operations: the one that takes fewer ticks, but the second only if it saves
// a tenth at least, because all processes of a run must agree. `rdtscp_ticks`: 0 if the CPU has
// none.
[[nodiscard]] const char* cheaper_reading(double rdtsc_ticks, double rdtscp_ticks);

struct TimerFacts {
  double ns_per_tick = 0;
  double step_ns = 0;           // the counter's granularity, from the differences of its readings
  double floor_issue_ns = 0;    // median from one end_issue to the next, with nothing between
  double floor_durable_ns = 0;  // and from one end_durable to the next
  bool invariant = false;       // CPUID 8000_0007h EDX[8]
  std::string reading = kReadingByRdtsc;  // that ends operations; the floors are of it
  [[nodiscard]] bool is_virtual() const { return reading == kReadingVirtual; }
};

// Calibrates against CLOCK_MONOTONIC_RAW for about 5 ms and measures step and floors. Refuses
// (environment) a counter that goes back, unless `allow_backward`, one that does not advance, and a
// clock that disagrees with CLOCK_MONOTONIC as the kernel itself reports it (a library that fakes
// the time reaches only what passes the C library).
Result<TimerFacts> calibrate_timer(bool allow_backward = false);

// The counter's pace now, over about 5 ms of CLOCK_MONOTONIC_RAW.
[[nodiscard]] double measure_ns_per_tick();

// The counter and CLOCK_MONOTONIC_RAW at one moment, known within 50 ns or so.
struct ClockReading {
  std::uint64_t ticks = 0;
  double ns = 0;
};
[[nodiscard]] ClockReading read_clocks();

// Does the pace of a counter that another process calibrated agree with the clock here, from one
// reading to a later one? Nothing is said of less than 5 ms. Error (runtime) where it is off by
// more than 1 %.
Status check_foreign_pace(double ns_per_tick, const ClockReading& before,
                          const ClockReading& after);

// Two clocks over one interval: the paces of the counter that they yield. Error (environment) if
// they differ by more than 1 %.
Status check_second_clock(double ns_per_tick, double second_ns_per_tick);

// The granularity, in ticks, of a counter from differences of its readings taken at irregular
// distances. Where (almost) all differences are whole multiples of one step, give or take the tick
// by which a step of 24.5 is rounded, it is that step; else the counter is finer than a reading
// takes, and it is the smallest gap between two differences. 0 where no difference is above zero.
[[nodiscard]] double counter_step_ticks(std::span<const std::uint64_t> differences);

// May a counter time a measurement that went back between two readings? Error (environment) if so.
Status check_counter(bool goes_back);

// Did a counter keep its pace from before a measurement to after it? What is not invariant by
// CPUID (an emulated CPU, an old one) may time what it kept its pace in, and no more.
Status check_pace(double ns_per_tick_before, double ns_per_tick_after);

}  // namespace pmembench
