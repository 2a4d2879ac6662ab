// The key of a machine under which runs may be compared.
#include <fmt/core.h>

#include <string_view>

#include "platform/cpu.hpp"
#include "platform/environment.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// FNV-1a, 64 bits: the same on every compiler and in every release, unlike std::hash.
std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return hash;
}

}  // namespace

std::string machine_fingerprint(const std::string& root) {
  const HostTree tree(root);
  const CpuFacts cpu = read_cpu(root);
  const auto memory_bytes = tree.kb_field("proc/meminfo", "MemTotal:");
  // Rounded, because what the kernel keeps for itself differs by some MiB from boot to boot.
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
  const std::string memory =
      memory_bytes ? std::to_string((*memory_bytes + kGiB / 2) / kGiB) : "unknown";
  const std::string cpus = cpu.cpus_online ? std::to_string(*cpu.cpus_online) : "unknown";
  const std::string key =
      fmt::format("cpu={}\nmicrocode={}\ncpus={}\nmemory_gib={}\nkernel={}\n", cpu.model_name,
                  cpu.microcode, cpus, memory, tree.line_or_unknown("proc/sys/kernel/osrelease"));
  return fmt::format("{:016x}", fnv1a(key));
}

}  // namespace pmembench
