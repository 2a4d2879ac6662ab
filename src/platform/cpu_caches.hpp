// The caches of CPUs, as sysfs describes them: their kinds, and the last level that a CPU has.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pmembench {

class HostTree;

struct CpuCache {
  unsigned level = 0;
  std::string type;              // "Data", "Instruction", "Unified"
  std::uint64_t size_bytes = 0;  // never 0: a cache of unknown size is not listed
  std::optional<std::uint64_t> line_bytes;
  std::vector<int> shared_cpus;  // that share one of them: the first of its kind; empty: unknown
  unsigned count = 1;            // caches of this kind
  std::vector<int> cpus = {};    // all CPUs that have one
};

// Kinds of caches: of equal level, type, size and line. On a hybrid host its kinds of cores have
// different ones.
std::vector<CpuCache> read_cache_kinds(const HostTree& tree, const std::vector<int>& cpus);

// One cache of the highest level that some CPUs have.
struct LastLevelCache {
  std::uint64_t size_bytes = 0;
  std::vector<int> cpus;  // that share it
};

// Each once. A CPU whose caches are unknown is in none.
std::vector<LastLevelCache> read_last_level_caches(const HostTree& tree,
                                                   const std::vector<int>& cpus);

// The sum of those that these CPUs use.
[[nodiscard]] std::uint64_t last_level_cache_bytes(const std::vector<LastLevelCache>& caches,
                                                   const std::vector<int>& cpus);

}  // namespace pmembench
