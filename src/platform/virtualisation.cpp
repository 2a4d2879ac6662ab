#include "platform/virtualisation.hpp"

#include <array>
#include <utility>

#include "platform/cpu.hpp"
#include "platform/cpu_features.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

using NameOf = std::pair<std::string_view, const char*>;

constexpr std::array kSignatures = {
    NameOf{"KVMKVMKVM", "kvm"},           NameOf{"Linux KVM Hv", "kvm"},
    NameOf{"XenVMMXenVMM", "xen"},        NameOf{"VMwareVMware", "vmware"},
    NameOf{"Microsoft Hv", "hyper-v"},    NameOf{"TCGTCGTCGTCG", "qemu"},
    NameOf{"bhyve bhyve ", "bhyve"},      NameOf{"ACRNACRNACRN", "acrn"},
    NameOf{"VBoxVBoxVBox", "virtualbox"},
};

// Looked for in "VENDOR PRODUCT" of DMI. Clouds name themselves on bare metal too, so these count
// only together with the hypervisor flag.
constexpr std::array kDmiNames = {
    NameOf{"KVM", "kvm"},
    NameOf{"QEMU", "qemu"},
    NameOf{"VMware", "vmware"},
    NameOf{"VirtualBox", "virtualbox"},
    NameOf{"Microsoft Corporation Virtual Machine", "hyper-v"},
    NameOf{"Xen", "xen"},
    NameOf{"Parallels", "parallels"},
    NameOf{"Google Compute Engine", "google"},
    NameOf{"Amazon EC2", "amazon"},
};

}  // namespace

std::string hypervisor_of_signature(std::string_view signature) {
  for (const auto& [text, name] : kSignatures) {
    // A signature that ends in blanks or zeros may arrive without them.
    if (!signature.empty() && trimmed(text) == trimmed(signature)) return name;
  }
  return {};
}

std::string read_virtualisation(const HostTree& tree) {
  const auto type = tree.line("sys/hypervisor/type");
  if (type) return *type;
  bool hypervisor = false;
  if (tree.live()) {
    const std::string name = hypervisor_of_signature(hypervisor_signature());
    if (!name.empty()) return name;
    hypervisor = detect_cpu_features().hypervisor;
  } else {
    const CpuFacts cpu = read_cpu(tree.path(""));
    if (cpu.flags.empty()) return "unknown";
    for (const std::string& flag : cpu.flags) hypervisor = hypervisor || flag == "hypervisor";
  }
  if (!hypervisor) return "none";
  const std::string dmi = tree.line("sys/class/dmi/id/sys_vendor").value_or("") + " " +
                          tree.line("sys/class/dmi/id/product_name").value_or("");
  for (const auto& [text, name] : kDmiNames) {
    if (dmi.find(text) != std::string::npos) return name;
  }
  return "hypervisor";
}

}  // namespace pmembench
