// The decision of cpu.hpp's detect_cpu_features, apart from the CPU, so that any CPU can be tested.
#pragma once

#include <cstdint>
#include <string>

#include "platform/cpu.hpp"

namespace pmembench {

// Registers as CPUID and XGETBV gave them; 0 where the CPU has no such leaf.
struct CpuidRegisters {
  std::uint32_t leaf1_ecx = 0, leaf1_edx = 0;
  std::uint32_t leaf7_ebx = 0, leaf7_ecx = 0;
  std::uint32_t leaf80000007_edx = 0;
  std::uint64_t xcr0 = 0;  // 0 where the OS did not enable XSAVE
};

// A vector set counts only where the OS saves its registers (XCR0), else its first use faults.
CpuFeatures features_of(const CpuidRegisters& registers);

// The 12 letters of leaf 0x40000000 that a hypervisor signs with ("KVMKVMKVM"); "" on bare metal.
std::string hypervisor_signature();

}  // namespace pmembench
