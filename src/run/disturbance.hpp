// What the kernel did to a thread while it ran.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace pmembench {

struct Disturbance {
  std::uint64_t switches = 0;  // against the thread's will
  std::uint64_t minor_faults = 0, major_faults = 0;
};

// Of the calling thread since it began.
[[nodiscard]] inline Disturbance disturbance_so_far() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return {static_cast<std::uint64_t>(usage.ru_nivcsw), static_cast<std::uint64_t>(usage.ru_minflt),
          static_cast<std::uint64_t>(usage.ru_majflt)};
}

}  // namespace pmembench
