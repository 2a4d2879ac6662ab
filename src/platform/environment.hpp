// Further conditions of a measurement: kernel, policies, virtualisation, steal time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pmembench {

// Each text is "unknown" where the host does not say.
struct EnvironmentFacts {
  std::string kernel, distribution, architecture, host_name;
  std::string thp_enabled, thp_defrag, governor, turbo, smt, aslr;
  std::string virtualisation;  // "kvm", "none", ...: from DMI and CPUID text; "unknown"
  std::string clock_source;
  std::string prefetchers;          // MSR 0x1A4 where readable; "unknown"
  std::string weighted_interleave;  // "no", or "yes: node0 4, node1 1; auto"
  std::string command_line;         // of the kernel
  std::string numa_balancing;
  std::optional<double> load_1min;
};
EnvironmentFacts read_environment(const std::string& root);

// Jiffies of ROOT/proc/stat's first line, for shares between two readings.
struct CpuTimes {
  std::uint64_t total = 0;
  std::uint64_t steal = 0;
  std::uint64_t idle = 0;
};
std::optional<CpuTimes> read_cpu_times(const std::string& root);

// A stable key of the machine (CPU, memory, kernel, ...) under which runs may be compared.
std::string machine_fingerprint(const std::string& root);

}  // namespace pmembench
