#include "measure/timer.hpp"

#include <cpuid.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <vector>

#include "measure/estimate.hpp"

namespace pmembench {
namespace {

constexpr double kNsPerSecond = 1e9;
// A pair of clocks is known within 20 ns or so: over 5 ms that is 0.001 %.
constexpr double kCalibrationNs = 5e6;
constexpr std::uint64_t kMostCalibrationTicks = 1'000'000'000;  // 0.2 s or more
constexpr double kClockTolerance = 0.01;  // a clock that is steered is off by 0.05 % at most
constexpr int kClockPairs = 64;           // reads at each end, of which the tightest counts
constexpr int kStepReadings = 20000;      // about half a millisecond
constexpr int kFloorPairs = 4001;

bool tsc_is_invariant() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 8)) != 0;
}

bool has_rdtscp() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  return __get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 27)) != 0;
}

double ns_of(const timespec& time) {
  return static_cast<double>(time.tv_sec) * kNsPerSecond + static_cast<double>(time.tv_nsec);
}

double monotonic_raw_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return ns_of(now);
}

// By the instruction: what stands between a program and its C library is not asked.
double monotonic_of_kernel_ns() {
  timespec now{};
  long result = SYS_clock_gettime;
  asm volatile("syscall"
               : "+a"(result)
               : "D"(static_cast<long>(CLOCK_MONOTONIC)), "S"(&now)
               : "rcx", "r11", "memory");
  return ns_of(now);
}

struct ClockPair {
  double ticks = 0;  // of the counter, in the middle of the clock's reading
  double ns = 0;
};

// An interrupt between the two clocks would shift them; the tightest of many pairs had none.
template <double (*kClock)()>
ClockPair tightest_pair(std::uint64_t origin) {
  ClockPair best;
  std::uint64_t smallest_gap = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < kClockPairs; ++i) {
    const std::uint64_t before = tsc_begin();
    const double ns = kClock();
    const std::uint64_t after = tsc_end_issue();
    if (after - before >= smallest_gap) continue;
    smallest_gap = after - before;
    best.ns = ns;
    best.ticks = static_cast<double>(before - origin) + static_cast<double>(smallest_gap) / 2;
  }
  return best;
}

struct Readings {
  std::vector<std::uint64_t> differences;
  bool goes_back = false;
};

Readings read_differences() {
  Readings readings;
  readings.differences.reserve(kStepReadings);
  std::uint64_t delay = 1;
  std::uint64_t previous = __rdtsc();
  for (int i = 0; i < kStepReadings; ++i) {
    // Irregular distances: equal ones would make any counter look as coarse as the loop is long.
    for (int steps = (i * 7) & 15; steps > 0; --steps) {
      delay *= 0x9E3779B97F4A7C15ULL;
      asm volatile("" : "+r"(delay));
    }
    const std::uint64_t now = __rdtsc();
    if (now < previous) {
      readings.goes_back = true;
    } else {
      readings.differences.push_back(now - previous);
    }
    previous = now;
  }
  return readings;
}

struct Pace {
  double ns_per_tick = 0, second_ns_per_tick = 0;
};

double pace_between(const ClockPair& first, const ClockPair& last) {
  return (last.ns - first.ns) / (last.ticks - first.ticks);
}

Pace measure_pace() {
  const std::uint64_t origin = tsc_begin();
  const ClockPair second_first = tightest_pair<monotonic_of_kernel_ns>(origin);
  const ClockPair first = tightest_pair<monotonic_raw_ns>(origin);
  // By the counter as well: a clock that stands still, or is faked, is not waited for.
  const std::uint64_t patience = origin + kMostCalibrationTicks;
  while (monotonic_raw_ns() - first.ns < kCalibrationNs && __rdtsc() < patience) _mm_pause();
  const ClockPair last = tightest_pair<monotonic_raw_ns>(origin);
  const ClockPair second_last = tightest_pair<monotonic_of_kernel_ns>(origin);
  return {pace_between(first, last), pace_between(second_first, second_last)};
}

// As operations are timed: from one reading to the next.
template <typename End>
double floor_ticks(End end) {
  std::vector<double> ticks(kFloorPairs);
  std::uint64_t begin = tsc_begin();
  for (double& empty : ticks) {
    const std::uint64_t now = end();
    empty = static_cast<double>(now - begin);
    begin = now;
  }
  return median(ticks);
}

// The distance of `value` from the nearest whole multiple of `step`.
double off_grid(double value, double step) {
  return std::abs(value - std::round(value / step) * step);
}

}  // namespace

double counter_step_ticks(std::span<const std::uint64_t> differences) {
  std::vector<double> sorted;
  for (const std::uint64_t difference : differences) {
    if (difference > 0) sorted.push_back(static_cast<double>(difference));
  }
  if (sorted.empty()) return 0;
  std::sort(sorted.begin(), sorted.end());
  const double smallest = sorted.front();
  constexpr double kRounding = 1;       // ticks: 24.5 reads 24 or 25
  constexpr double kTooFineToTell = 4;  // ticks: then nearly every number is near a multiple
  constexpr double kFewSteps = 8;       // longer differences (interrupts) add up the rounding
  if (smallest <= kTooFineToTell) return smallest;

  // One step of the coarse counter, if it is one: the mean of what rounds to a single smallest.
  const auto singles_end = std::upper_bound(sorted.begin(), sorted.end(), smallest + kRounding);
  double sum = 0;
  for (auto it = sorted.begin(); it != singles_end; ++it) sum += *it;
  const double step = sum / static_cast<double>(singles_end - sorted.begin());
  const auto few_end = std::upper_bound(sorted.begin(), sorted.end(), kFewSteps * step);
  const auto stray = std::count_if(sorted.begin(), few_end, [&](double difference) {
    return off_grid(difference, step) > 2 * kRounding;
  });
  if (stray * 100 <= few_end - sorted.begin()) return step;

  double gap = smallest;
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i] > sorted[i - 1]) gap = std::min(gap, sorted[i] - sorted[i - 1]);
  }
  return gap;
}

Status check_counter(bool goes_back) {
  if (!goes_back) return {};
  return environment_error(
      "the time-stamp counter went back between two readings: it cannot time anything here; boot a "
      "kernel or hypervisor that keeps the counters of all CPUs in step");
}

Status check_pace(double ns_per_tick_before, double ns_per_tick_after) {
  constexpr double kTolerance = 0.02;  // two calibrations of a steady counter agree within 0.1 %
  const double change = ns_per_tick_after / ns_per_tick_before - 1;
  if (std::abs(change) <= kTolerance) return {};
  return runtime_error(
      "the time-stamp counter changed its pace by {:+.0f} % while this was measured, and is not "
      "invariant (CPUID 8000_0007h EDX bit 8 is clear); fix the CPU's frequency, or measure where "
      "the counter is invariant",
      100 * change);
}

ClockReading read_clocks() {
  const ClockPair pair = tightest_pair<monotonic_raw_ns>(0);
  return {static_cast<std::uint64_t>(pair.ticks), pair.ns};
}

Status check_second_clock(double ns_per_tick, double second_ns_per_tick) {
  if (std::abs(second_ns_per_tick / ns_per_tick - 1) <= kClockTolerance) return {};
  return environment_error(
      "two clocks of this host disagree: a tick of the time-stamp counter takes {:.4g} ns by "
      "CLOCK_MONOTONIC_RAW and {:.4g} ns by CLOCK_MONOTONIC of the kernel; run without a library "
      "that fakes the time (LD_PRELOAD), on a host whose clocks agree",
      ns_per_tick, second_ns_per_tick);
}

Status check_foreign_pace(double ns_per_tick, const ClockReading& before,
                          const ClockReading& after) {
  const double elapsed_ns = after.ns - before.ns;
  if (elapsed_ns < kCalibrationNs) return {};
  const double here = elapsed_ns / static_cast<double>(after.ticks - before.ticks);
  if (std::abs(ns_per_tick / here - 1) <= kClockTolerance) return {};
  return runtime_error(
      "the worker's clock is wrong: it says that a tick of the time-stamp counter takes {:.4g} ns, "
      "and by this process's clock it takes {:.4g} ns; its times are off by the same factor",
      ns_per_tick, here);
}

const char* cheaper_reading(double rdtsc_ticks, double rdtscp_ticks) {
  constexpr double kWorthIt = 0.9;
  const bool cheaper = rdtscp_ticks > 0 && rdtscp_ticks < kWorthIt * rdtsc_ticks;
  return cheaper ? kReadingByRdtscp : kReadingByRdtsc;
}

double measure_ns_per_tick() { return measure_pace().ns_per_tick; }

Result<TimerFacts> calibrate_timer(bool allow_backward) {
  TimerFacts facts;
  facts.invariant = tsc_is_invariant();
  const Readings readings = read_differences();
  const Status usable = check_counter(readings.goes_back);
  if (!usable && !allow_backward) return usable.error();
  const Pace pace = measure_pace();
  facts.ns_per_tick = pace.ns_per_tick;
  if (!(facts.ns_per_tick > 0) || !std::isfinite(facts.ns_per_tick)) {
    return environment_error(
        "the time-stamp counter did not advance in {} ms of CLOCK_MONOTONIC_RAW: it cannot time "
        "anything here; run on a host whose counter runs",
        kCalibrationNs / 1e6);
  }
  const Status agreed = check_second_clock(pace.ns_per_tick, pace.second_ns_per_tick);
  if (!agreed) return agreed.error();
  facts.step_ns = counter_step_ticks(readings.differences) * facts.ns_per_tick;
  const double rdtsc_ticks = floor_ticks(tsc_end_issue);
  const double rdtscp_ticks = has_rdtscp() ? floor_ticks(tsc_end_issue_rdtscp) : 0;
  facts.reading = cheaper_reading(rdtsc_ticks, rdtscp_ticks);
  const bool by_rdtscp = facts.reading == kReadingByRdtscp;
  facts.floor_issue_ns = (by_rdtscp ? rdtscp_ticks : rdtsc_ticks) * facts.ns_per_tick;
  facts.floor_durable_ns =
      floor_ticks(by_rdtscp ? tsc_end_durable_rdtscp : tsc_end_durable) * facts.ns_per_tick;
  return facts;
}

}  // namespace pmembench
