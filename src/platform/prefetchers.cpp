#include "platform/prefetchers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/unique_fd.hpp"
#include "platform/cpu.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// MSR_MISC_FEATURE_CONTROL of Intel's Software Developer's Manual, volume 4: a set bit disables.
constexpr off_t kMiscFeatureControl = 0x1A4;
constexpr std::array kPrefetchers = {"l2", "l2_adjacent", "l1", "l1_ip"};

}  // namespace

std::string read_prefetchers(const HostTree& tree) {
  const CpuFacts cpu = read_cpu(tree.path(""));
  const bool guest = std::find(cpu.flags.begin(), cpu.flags.end(), "hypervisor") != cpu.flags.end();
  if (cpu.vendor != "GenuineIntel" || guest) return "unknown";
  const UniqueFd fd(::open(tree.path("dev/cpu/0/msr").c_str(), O_RDONLY | O_CLOEXEC));
  std::uint64_t value = 0;
  if (!fd || ::pread(fd.get(), &value, sizeof value, kMiscFeatureControl) != sizeof value) {
    return "unknown";
  }
  std::string text;
  for (std::size_t bit = 0; bit < kPrefetchers.size(); ++bit) {
    if (!text.empty()) text += ", ";
    text += kPrefetchers[bit];
    text += (value >> bit & 1U) != 0 ? " off" : " on";
  }
  return text;
}

}  // namespace pmembench
