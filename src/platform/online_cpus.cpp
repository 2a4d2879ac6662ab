#include "platform/online_cpus.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string>

#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

// The numbers of the lines "processor : N". Some architectures write such a line once, with a name.
std::vector<int> processors_of(const std::string& cpuinfo) {
  std::vector<int> cpus;
  std::string_view rest = cpuinfo;
  while (!rest.empty()) {
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || trimmed(line.substr(0, colon)) != "processor") continue;
    const auto number = parse_cpu_list(line.substr(colon + 1));
    if (number.size() == 1) cpus.push_back(number.front());
  }
  std::sort(cpus.begin(), cpus.end());
  return cpus;
}

}  // namespace

std::vector<int> online_cpus(const HostTree& tree) {
  if (const auto list = tree.line(std::string(kCpuFolder) + "/online")) {
    const std::vector<int> cpus = parse_cpu_list(*list);
    if (!cpus.empty()) return cpus;
  }
  std::vector<int> cpus;
  for (const std::string& name : tree.numbered(kCpuFolder, "cpu")) {
    // A CPU that cannot be taken offline has no such file.
    if (tree.number(std::string(kCpuFolder) + "/" + name + "/online") == 0U) continue;
    cpus.push_back(std::stoi(name.substr(3)));
  }
  return cpus.empty() ? processors_of(tree.text("proc/cpuinfo").value_or("")) : cpus;
}

// The kernel refuses masks that are too small for its CPUs with EINVAL, so the mask grows until it
// fits.
std::vector<int> allowed_cpus() {
  for (int capacity = 1024; capacity <= 1 << 16; capacity *= 2) {
    const std::size_t bytes = CPU_ALLOC_SIZE(capacity);
    struct Free {
      void operator()(cpu_set_t* set) const { CPU_FREE(set); }
    };
    const std::unique_ptr<cpu_set_t, Free> set(CPU_ALLOC(capacity));
    if (!set) return {};
    CPU_ZERO_S(bytes, set.get());
    if (sched_getaffinity(0, bytes, set.get()) != 0) {
      if (errno == EINVAL) continue;
      return {};
    }
    std::vector<int> cpus;
    for (int cpu = 0; cpu < capacity; ++cpu) {
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.get())) cpus.push_back(cpu);
    }
    return cpus;
  }
  return {};
}

}  // namespace pmembench
