// The hardware prefetchers' switches, for environment.cpp.
#pragma once

#include <cstdint>
#include <string>

namespace pmembench {

class HostTree;

// "l2 on, l2_adjacent on, l1 on, l1_ip on", from MSR 0x1A4 through ROOT/dev/cpu/0/msr; "unknown"
// where that is not readable, on other makes than Intel, and in a virtual machine, whose hypervisor
// may answer for a register that it does not have.
std::string read_prefetchers(const HostTree& tree);

}  // namespace pmembench
