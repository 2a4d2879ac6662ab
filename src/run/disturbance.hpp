// What the kernel did to a thread while it ran.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace pmembench {

struct Disturbance {
  std::uint64_t switches = 0;  // against the thread's will
  std::uint64_t waits = 0;     // it gave its CPU up: it waits in a call or fault, or was stopped
  std::uint64_t minor_faults = 0, major_faults = 0;

  [[nodiscard]] Disturbance since(const Disturbance& before) const {
    return {switches - before.switches, waits - before.waits, minor_faults - before.minor_faults,
            major_faults - before.major_faults};
  }
  // A thread that calls nothing and faults nowhere has nothing to wait for: a signal, a debugger or
  // the freezer of its control group stopped it, which the kernel counts as if it had agreed.
  void count_stops() {
    if (minor_faults + major_faults == 0) switches += waits;
  }
};

// Of the calling thread since it began.
[[nodiscard]] inline Disturbance disturbance_so_far() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {static_cast<std::uint64_t>(usage.ru_nivcsw), static_cast<std::uint64_t>(usage.ru_nvcsw),
          static_cast<std::uint64_t>(usage.ru_minflt), static_cast<std::uint64_t>(usage.ru_majflt)};
}

}  // namespace pmembench
