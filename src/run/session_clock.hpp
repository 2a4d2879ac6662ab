// By which clock a thread times its slices: the time-stamp counter, or that of a simulated memory.
// Chosen once a slice; what is timed has no branch for it.
#pragma once

#include <x86intrin.h>

#include <cstdint>

#include "measure/core_probe.hpp"
#include "measure/timer.hpp"
#include "run/disturbance.hpp"
#include "run/slowdown.hpp"
#include "sim/memory.hpp"

namespace pmembench {

struct TscClock {
  static constexpr bool kVirtual = false;
  static std::uint64_t begin() { return tsc_begin(); }
  static std::uint64_t end_issue() { return tsc_end_issue(); }
  static std::uint64_t end_durable() { return tsc_end_durable(); }
  static std::uint64_t now() { return __rdtsc(); }
  // Returns the time, which is `tick` or later.
  static std::uint64_t wait_until(std::uint64_t now, std::uint64_t tick) {
    while (now < tick) {
      _mm_pause();
      now = __rdtsc();
    }
    return now;
  }
  static void inject(std::uint64_t multiplications) { injected_work(multiplications); }
  static Work inject_between(Workload& workload, std::uint64_t operations,
                             const Slowdown& slowdown) {
    return run_injected(workload, operations, slowdown).work;
  }
  static std::uint64_t probe_core() { return core_probe_ticks(); }
  static Disturbance disturbance() { return disturbance_so_far(); }
};

// The clock of the memory that the thread sits at (SimMemory::sit). No core is measured, and
// nothing that the host does disturbs it.
struct VirtualClock {
  static constexpr bool kVirtual = true;
  static constexpr double kMultiplication_ns = 1;
  static std::uint64_t begin() { return memory().now(); }
  static std::uint64_t end_issue() { return memory().now(); }
  static std::uint64_t end_durable() { return memory().now(); }
  static std::uint64_t now() { return memory().now(); }
  static std::uint64_t wait_until(std::uint64_t /*now*/, std::uint64_t tick) {
    memory().wait_until(tick);
    return memory().now();
  }
  static void inject(std::uint64_t multiplications) {
    memory().work(static_cast<double>(multiplications) * kMultiplication_ns);
  }
  static Work inject_between(Workload& workload, std::uint64_t operations,
                             const Slowdown& slowdown) {
    return run_injected(workload, operations, slowdown, inject).work;
  }
  static std::uint64_t probe_core() { return 0; }
  static Disturbance disturbance() { return {}; }

 private:
  static SimMemory& memory() { return SimMemory::of_this_thread(); }
};

// What a worker says of its clock where time is a model's.
[[nodiscard]] TimerFacts virtual_timer();

}  // namespace pmembench
