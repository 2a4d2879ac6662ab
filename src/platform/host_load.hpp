// What the host's CPUs did between two moments, and how much of it was not this process's doing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pmembench {

struct HostLoad {
  std::uint64_t busy_ticks = 0;             // of all CPUs: neither idle nor stolen (ROOT/proc/stat)
  std::uint64_t total_ticks = 0;            // of all CPUs
  std::optional<std::uint64_t> waiting_us;  // some task waited for a CPU (ROOT/proc/pressure/cpu)
  std::uint64_t own_cpu_ns = 0;  // of this process and of its children that were waited for
};

// nullopt where ROOT/proc/stat cannot be read. The own time is asked of the kernel, so it is that
// of this process below any root.
std::optional<HostLoad> read_host_load(const std::string& root);

struct OtherLoad {
  double cpus_taken = 0;                // that others kept busy, on average
  double share = 0;                     // of all CPU time of the host
  std::optional<double> waiting_share;  // of the time, in which some task waited for a CPU
};

// Of the time between two readings; nothing where it is shorter than a tenth of a second, for a
// tick is a hundredth. Children that have not been waited for count as others.
std::optional<OtherLoad> other_load(const HostLoad& before, const HostLoad& after);

}  // namespace pmembench
