// Which hypervisor this host runs on, for environment.cpp.
#pragma once

#include <string>
#include <string_view>

namespace pmembench {

class HostTree;

// "kvm", "xen", "vmware", ...; "none" if the CPU reports none; "hypervisor" if it is one without a
// known name; "unknown" if nothing reports it. CPUID is asked on a live host only.
std::string read_virtualisation(const HostTree& tree);

// The name for a CPUID signature such as "KVMKVMKVM"; "" where it is none we know.
std::string hypervisor_of_signature(std::string_view signature);

}  // namespace pmembench
