// Which CPUs are online, and which this process may use.
#pragma once

#include <vector>

namespace pmembench {

class HostTree;

// By ROOT/sys, by the `online` of each CPU where a kernel has no list of them, by ROOT/proc/cpuinfo
// where there is no /sys. Ascending; empty: unknown.
std::vector<int> online_cpus(const HostTree& tree);

// The calling thread's affinity mask, ascending; empty: the kernel does not report it.
std::vector<int> allowed_cpus();

}  // namespace pmembench
