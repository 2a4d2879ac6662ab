// The hardware prefetchers: what their register says, and on which CPUs it can be switched.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace pmembench {

class HostTree;

// A register of each CPU in which a set bit of `mask` switches a prefetcher off, read and written
// through ROOT/dev/cpu/N/msr.
struct PrefetchRegister {
  off_t number = 0;
  std::uint64_t mask = 0;
};

// Intel: MSR_MISC_FEATURE_CONTROL (0x1A4; Software Developer's Manual, volume 4). AMD: Prefetch
// Control (0xC0000108; Architecture Programmer's Manual, volume 2) where CPUID has it. An
// environment error with the reason on other makes and in a virtual machine, whose hypervisor may
// answer for a register that it does not have.
[[nodiscard]] Result<PrefetchRegister> prefetch_register(const HostTree& tree);

// The same, and the file of CPU 0 must be open to reading and writing.
[[nodiscard]] Status prefetchers_can_be_switched(const HostTree& tree);

// ROOT/dev/cpu/CPU/msr.
[[nodiscard]] std::string register_file(const HostTree& tree, int cpu);

// "l2 on, l2_adjacent on, l1 on, l1_ip on", from CPU 0; "unknown" where it cannot be read.
std::string read_prefetchers(const HostTree& tree);

}  // namespace pmembench
