// Which hypervisor this host runs on, for environment.cpp.
#pragma once

#include <string>
#include <string_view>

namespace pmembench {

class HostTree;

// "kvm", "xen", "vmware", ...; "none" where the CPU says so; "hypervisor" where it is one without a
// known name; "unknown" where nothing tells. CPUID is asked on a live host only.
std::string read_virtualisation(const HostTree& tree);

// The name for a CPUID signature such as "KVMKVMKVM"; "" where it is none we know.
std::string hypervisor_of_signature(std::string_view signature);

}  // namespace pmembench
