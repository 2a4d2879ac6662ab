#include "platform/cpu_caches.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

std::string cache_folder(int cpu) {
  return std::string(kCpuFolder) + "/cpu" + std::to_string(cpu) + "/cache";
}

std::optional<CpuCache> read_cache(const HostTree& tree, const std::string& index, int cpu) {
  const auto level = tree.number(index + "/level");
  const auto size_bytes = parse_kernel_size(tree.line_or_unknown(index + "/size"));
  if (!level || *level > 9 || !size_bytes || *size_bytes == 0) return std::nullopt;
  CpuCache cache;
  cache.level = static_cast<unsigned>(*level);
  cache.type = tree.line_or_unknown(index + "/type");
  cache.size_bytes = *size_bytes;
  cache.line_bytes = tree.number(index + "/coherency_line_size");
  cache.shared_cpus = tree.cpus(index + "/shared_cpu_list", index + "/shared_cpu_map");
  cache.cpus = {cpu};
  return cache;
}

std::vector<CpuCache> read_caches_of(const HostTree& tree, int cpu) {
  std::vector<CpuCache> caches;
  for (const std::string& name : tree.numbered(cache_folder(cpu), "index")) {
    auto cache = read_cache(tree, cache_folder(cpu) + "/" + name, cpu);
    if (cache) caches.push_back(*std::move(cache));
  }
  return caches;
}

bool same_kind(const CpuCache& a, const CpuCache& b) {
  return std::tie(a.level, a.type, a.size_bytes, a.line_bytes) ==
         std::tie(b.level, b.type, b.size_bytes, b.line_bytes);
}

bool holds(const std::vector<int>& cpus, int cpu) {
  return std::find(cpus.begin(), cpus.end(), cpu) != cpus.end();
}

}  // namespace

std::vector<CpuCache> read_cache_kinds(const HostTree& tree, const std::vector<int>& cpus) {
  std::vector<CpuCache> kinds;
  // Of each kind, the CPUs whose caches were counted by way of a sharer.
  std::vector<std::set<int>> counted;
  for (const int cpu : cpus) {
    for (CpuCache& cache : read_caches_of(tree, cpu)) {
      auto kind = std::find_if(kinds.begin(), kinds.end(),
                               [&](const CpuCache& known) { return same_kind(known, cache); });
      const auto at = static_cast<std::size_t>(kind - kinds.begin());
      if (kind == kinds.end()) {
        counted.emplace_back(cache.shared_cpus.begin(), cache.shared_cpus.end());
        kinds.push_back(std::move(cache));
        continue;
      }
      kind->cpus.push_back(cpu);
      if (cache.shared_cpus.empty() || counted[at].contains(cpu)) continue;
      ++kind->count;
      counted[at].insert(cache.shared_cpus.begin(), cache.shared_cpus.end());
    }
  }
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const CpuCache& a, const CpuCache& b) { return a.level < b.level; });
  return kinds;
}

std::vector<LastLevelCache> read_last_level_caches(const HostTree& tree,
                                                   const std::vector<int>& cpus) {
  std::vector<LastLevelCache> caches;
  for (const int cpu : cpus) {
    const bool known = std::any_of(caches.begin(), caches.end(), [&](const LastLevelCache& cache) {
      return holds(cache.cpus, cpu);
    });
    if (known) continue;
    const std::vector<CpuCache> own = read_caches_of(tree, cpu);
    const auto last = std::max_element(own.begin(), own.end(), [](const auto& a, const auto& b) {
      return std::tie(a.level, a.size_bytes) < std::tie(b.level, b.size_bytes);
    });
    if (last == own.end()) continue;
    // Some hypervisors do not report who shares it: then all CPUs count as sharing it.
    const bool shared_known = !last->shared_cpus.empty();
    caches.push_back({last->size_bytes, shared_known ? last->shared_cpus : cpus});
    if (!holds(caches.back().cpus, cpu)) caches.back().cpus.push_back(cpu);
  }
  return caches;
}

std::uint64_t last_level_cache_bytes(const std::vector<LastLevelCache>& caches,
                                     const std::vector<int>& cpus) {
  std::uint64_t bytes = 0;
  for (const LastLevelCache& cache : caches) {
    const bool used =
        std::any_of(cpus.begin(), cpus.end(), [&](int cpu) { return holds(cache.cpus, cpu); });
    if (used) bytes += cache.size_bytes;
  }
  return bytes;
}

}  // namespace pmembench
