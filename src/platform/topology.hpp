// NUMA nodes and CPUs: what there is (from ROOT/sys), and the calls that pin, bind and verify.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/cpu_caches.hpp"

namespace pmembench {

// Rated, never measured here. Bandwidth as sysfs gives it (MiB/s), ns.
struct RatedAccess {
  int initiator_node = -1;
  std::string source = "HMAT";  // the firmware's, by sysfs; or "hwloc": its memory attributes
  std::optional<std::uint64_t> read_bandwidth_mib_per_s, write_bandwidth_mib_per_s;
  std::optional<std::uint64_t> read_latency_ns, write_latency_ns;
};

struct NumaNode {
  int id = -1;
  std::vector<int> cpus;  // empty: memory only (CXL, kmem)
  std::optional<std::uint64_t> memory_bytes, free_bytes;
  std::map<int, int> distance;  // node -> distance
  std::vector<RatedAccess> rated;
  // Nodes from which the firmware reaches this memory best: of any kind (access0), with CPUs
  // (access1).
  std::vector<int> best_initiators, best_cpu_initiators;
  std::uint64_t memory_side_cache_bytes = 0;  // of its memory, for all initiators; 0: none known
  bool allowed = true;                        // by the cpuset of this process (live host)
  bool of_accelerator = false;  // memory of a GPU or another device, which programs do not expect
  std::map<std::uint64_t, std::uint64_t> huge_pages_free;  // page bytes -> free pages
  std::map<std::uint64_t, std::uint64_t> huge_pages_total;
};

struct Topology {
  std::vector<NumaNode> nodes;     // by id; one node 0 with all CPUs where sysfs shows none
  std::vector<int> usable_cpus;    // online and allowed to this process (live host), ascending
  std::map<int, int> core_of_cpu;  // CPU -> lowest CPU of its physical core; absent: unknown
  std::vector<LastLevelCache> last_level_caches;  // of the usable CPUs
  [[nodiscard]] const NumaNode* node(int id) const;
  [[nodiscard]] int node_of_cpu(int cpu) const;  // -1: unknown
  // What can hold bytes of memory on `memory_node` (-1: on any) for these CPUs: their last-level
  // caches, each once, and the memory-side cache.
  [[nodiscard]] std::uint64_t cache_bytes(const std::vector<int>& cpus, int memory_node) const;
};

// Reads ROOT/sys/devices/system/node and .../cpu. With ROOT "/" usable_cpus is what the affinity
// mask of the calling thread allows, so read it before pinning; in a fake tree all online CPUs.
Topology read_topology(const std::string& root);

// Pins threads by hwloc. Loading hwloc's topology is what costs (1 ms with two CPUs, more on large
// hosts); a Pinner does it once. One Pinner may be used by many threads. Move-only.
class Pinner {
 public:
  static Result<Pinner> create();
  Pinner(Pinner&&) noexcept;
  Pinner& operator=(Pinner&&) noexcept;
  ~Pinner();
  // Pins the calling thread to `cpu`, which need not be in its present affinity mask. Environment
  // error with the reason where refused.
  [[nodiscard]] Status pin_this_thread(int cpu) const;

 private:
  struct State;
  explicit Pinner(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The same with its own Pinner: for a thread that is pinned once in its life.
Status pin_this_thread(int cpu);

// Binds [address, +size) to `node` before first touch (mbind MPOL_BIND through libnuma). `address`
// is page aligned. Environment error where the kernel refuses, and where pages are already present
// on another node: they would not move.
Status bind_memory(void* address, std::uint64_t size_bytes, int node);

// The nodes of pages: node -> share, by move_pages in query mode over at most `samples` pages
// spread evenly (0: all). Pages not present count under -1, and so do pages that the kernel keeps
// no node for (the zero page, device memory). Empty map: the kernel cannot report it (no NUMA
// support).
std::map<int, double> page_nodes(const void* address, std::uint64_t size_bytes,
                                 std::uint64_t samples = 4096);

// The page size that backs most of [address, +size), and the share of its present bytes that are in
// pages >= 2 MiB. From /proc/self/smaps (KernelPageSize: hugetlb, devdax) and, within base-page
// mappings, from PAGEMAP_SCAN (Linux 6.7). Older kernels: AnonHugePages, ShmemPmdMapped and
// FilePmdMapped of smaps, which count whole mappings, so that a neighbour which the kernel merged
// into the same mapping counts too, and which leave out the huge pages of fs-dax.
struct PageBacking {
  std::uint64_t page_bytes = 0;
  double huge_share = 0;
};
Result<PageBacking> page_backing(const void* address, std::uint64_t size_bytes);

// The same over the text of an smaps file alone.
Result<PageBacking> page_backing_in(std::string_view smaps, std::uint64_t address,
                                    std::uint64_t size_bytes);

// MemAvailable of ROOT/proc/meminfo, or what the control groups of this process leave, if that is
// less; nullopt unknown.
std::optional<std::uint64_t> available_memory_bytes(const std::string& root);

}  // namespace pmembench
