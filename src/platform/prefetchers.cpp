#include "platform/prefetchers.hpp"

#include <cpuid.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "base/unique_fd.hpp"
#include "platform/cpu.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

using Prefetcher = std::pair<std::uint64_t, const char*>;  // bit, name
constexpr std::array<Prefetcher, 4> kOfIntel{
    {{1, "l2"}, {2, "l2_adjacent"}, {4, "l1"}, {8, "l1_ip"}}};
constexpr std::array<Prefetcher, 5> kOfAmd{
    {{1, "l1_stream"}, {2, "l1_stride"}, {4, "l1_region"}, {8, "l2_stream"}, {32, "l2_up_down"}}};
constexpr off_t kRegisterOfIntel = 0x1A4;
constexpr off_t kRegisterOfAmd = 0xC0000108;

template <std::size_t N>
constexpr std::uint64_t mask_of(const std::array<Prefetcher, N>& prefetchers) {
  std::uint64_t mask = 0;
  for (const Prefetcher& each : prefetchers) mask |= each.first;
  return mask;
}

// CPUID Fn8000_0021, EAX bit 13: PrefetchCtlMsr.
bool amd_has_register() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000021, &a, &b, &c, &d) != 0 && (a >> 13 & 1U) != 0;
}

std::span<const Prefetcher> names_of(const PrefetchRegister& where) {
  if (where.number == kRegisterOfIntel) return kOfIntel;
  return kOfAmd;
}

}  // namespace

Result<PrefetchRegister> prefetch_register(const HostTree& tree) {
  const CpuFacts cpu = read_cpu(tree.path(""));
  if (std::find(cpu.flags.begin(), cpu.flags.end(), "hypervisor") != cpu.flags.end()) {
    return environment_error(
        "the prefetchers' register belongs to the host of this virtual machine");
  }
  if (cpu.vendor == "GenuineIntel") return PrefetchRegister{kRegisterOfIntel, mask_of(kOfIntel)};
  if (cpu.vendor == "AuthenticAMD" && amd_has_register()) {
    return PrefetchRegister{kRegisterOfAmd, mask_of(kOfAmd)};
  }
  return environment_error("this CPU ({}) has no register for its prefetchers that is known",
                           cpu.vendor);
}

std::string register_file(const HostTree& tree, int cpu) {
  return tree.path("dev/cpu/" + std::to_string(cpu) + "/msr");
}

Status prefetchers_can_be_switched(const HostTree& tree) {
  const auto known = prefetch_register(tree);
  if (!known) return known.error();
  const std::string file = register_file(tree, 0);
  const UniqueFd fd(::open(file.c_str(), O_RDWR | O_CLOEXEC));
  if (fd) return {};
  return environment_error(
      "prefetchers are switched through {}, which cannot be opened ({}): run it as root, after "
      "`modprobe msr`",
      file, std::strerror(errno));
}

std::string read_prefetchers(const HostTree& tree) {
  const auto where = prefetch_register(tree);
  if (!where) return "unknown";
  const UniqueFd fd(::open(register_file(tree, 0).c_str(), O_RDONLY | O_CLOEXEC));
  std::uint64_t value = 0;
  if (!fd || ::pread(fd.get(), &value, sizeof value, where->number) != sizeof value) {
    return "unknown";
  }
  std::string text;
  for (const auto& [bit, name] : names_of(*where)) {
    if (!text.empty()) text += ", ";
    text += name;
    text += (value & bit) != 0 ? " off" : " on";
  }
  return text;
}

}  // namespace pmembench
