// NUMA nodes and CPUs: what there is (from ROOT/sys), and the calls that pin, bind and verify.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// Rated by the firmware (HMAT), never measured here. bandwidth as sysfs gives it (MiB/s), ns.
struct RatedAccess {
  int initiator_node = -1;
  std::optional<std::uint64_t> read_bandwidth_mib_per_s, write_bandwidth_mib_per_s;
  std::optional<std::uint64_t> read_latency_ns, write_latency_ns;
};

struct NumaNode {
  int id = -1;
  std::vector<int> cpus;  // empty: memory only (CXL, kmem)
  std::optional<std::uint64_t> memory_bytes, free_bytes;
  std::map<int, int> distance;  // node -> distance
  std::vector<RatedAccess> rated;
  std::map<std::uint64_t, std::uint64_t> huge_pages_free;  // page bytes -> free pages
  std::map<std::uint64_t, std::uint64_t> huge_pages_total;
};

struct Topology {
  std::vector<NumaNode> nodes;   // by id; one node 0 with all CPUs where sysfs shows none
  std::vector<int> usable_cpus;  // online and allowed to this process (live host), ascending
  [[nodiscard]] const NumaNode* node(int id) const;
  [[nodiscard]] int node_of_cpu(int cpu) const;  // -1: unknown
};

// Reads ROOT/sys/devices/system/node and .../cpu. With ROOT "/" usable_cpus is what the affinity
// mask allows; in a fake tree all online CPUs.
Topology read_topology(const std::string& root);

// Pins the calling thread (hwloc). Environment error with the reason where refused.
Status pin_this_thread(int cpu);

// Binds [address, +size) to `node` before first touch (mbind MPOL_BIND through libnuma).
Status bind_memory(void* address, std::uint64_t size_bytes, int node);

// Where pages lie: node -> share, by move_pages in query mode over at most `samples` pages spread
// evenly (0: all). Pages not present count under -1. Empty map: the kernel cannot tell.
std::map<int, double> page_nodes(const void* address, std::uint64_t size_bytes,
                                 std::uint64_t samples = 4096);

// From /proc/self/smaps: the page size that backs most of [address, +size) and the share of bytes
// in pages >= 2 MiB (AnonHugePages, ShmemPmdMapped, FilePmdMapped, KernelPageSize).
struct PageBacking {
  std::uint64_t page_bytes = 0;
  double huge_share = 0;
};
Result<PageBacking> page_backing(const void* address, std::uint64_t size_bytes);

// MemAvailable of ROOT/proc/meminfo; nullopt unknown.
std::optional<std::uint64_t> available_memory_bytes(const std::string& root);

}  // namespace pmembench
