#include "measure/timer.hpp"

#include <cpuid.h>

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
constexpr int kClockPairs = 64;       // reads at each end, of which the tightest counts
constexpr int kStepReadings = 20000;  // about half a millisecond
constexpr int kFloorPairs = 4001;

bool tsc_is_invariant() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx & (1U << 8)) != 0;
}

double monotonic_raw_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &now);
  return static_cast<double>(now.tv_sec) * kNsPerSecond + static_cast<double>(now.tv_nsec);
}

struct ClockPair {
  double ticks = 0;  // of the counter, in the middle of the clock's reading
  double ns = 0;
};

// An interrupt between the two clocks would shift them; the tightest of many pairs had none.
ClockPair tightest_pair(std::uint64_t origin) {
  ClockPair best;
  std::uint64_t smallest_gap = std::numeric_limits<std::uint64_t>::max();
  for (int i = 0; i < kClockPairs; ++i) {
    const std::uint64_t before = tsc_begin();
    const double ns = monotonic_raw_ns();
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

double measure_ns_per_tick() {
  const std::uint64_t origin = tsc_begin();
  const ClockPair first = tightest_pair(origin);
  while (monotonic_raw_ns() - first.ns < kCalibrationNs) _mm_pause();
  const ClockPair last = tightest_pair(origin);
  return (last.ns - first.ns) / (last.ticks - first.ticks);
}

Result<TimerFacts> calibrate_timer(bool allow_backward) {
  TimerFacts facts;
  facts.invariant = tsc_is_invariant();
  const Readings readings = read_differences();
  const Status usable = check_counter(readings.goes_back);
  if (!usable && !allow_backward) return usable.error();
  facts.ns_per_tick = measure_ns_per_tick();
  if (!(facts.ns_per_tick > 0) || !std::isfinite(facts.ns_per_tick)) {
    return environment_error(
        "the time-stamp counter did not advance in {} ms of CLOCK_MONOTONIC_RAW: it cannot time "
        "anything here; run on a host whose counter runs",
        kCalibrationNs / 1e6);
  }
  facts.step_ns = counter_step_ticks(readings.differences) * facts.ns_per_tick;
  facts.floor_issue_ns = floor_ticks(tsc_end_issue) * facts.ns_per_tick;
  facts.floor_durable_ns = floor_ticks(tsc_end_durable) * facts.ns_per_tick;
  return facts;
}

}  // namespace pmembench
