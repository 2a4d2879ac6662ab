// What is known of a medium and of the backend that serves it, as verified by the process that
// measured. Plain data.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace pmembench {

// What a backend declares in its table (backends/dax_operations.h), so that nothing above it asks
// for its name.
struct BackendCapabilities {
  bool does_work = true;     // false: it moves no bytes and measures the harness
  bool needs_flush = false;  // after a copy, lines may still be in caches
  // Copies of at least this many bytes store past the caches; 0: none do.
  std::uint64_t nontemporal_from_bytes = 0;

  bool operator==(const BackendCapabilities&) const = default;
};

// Do copies of `size_bytes` read the lines that they write to, as stores into caches do?
[[nodiscard]] inline bool stores_fetch_lines(const BackendCapabilities& backend,
                                             std::uint64_t size_bytes) {
  if (!backend.does_work) return false;
  return backend.nontemporal_from_bytes == 0 || size_bytes < backend.nontemporal_from_bytes;
}

// It would be "durable", and no audit of this code on this CPU shows that it is.
inline constexpr const char* kUnauditedClaim = "durable (unaudited)";
// Of a row that another tool measured: nothing of it was proved here.
inline constexpr const char* kImportedClaim = "imported";
// Of a model in virtual time: nothing was measured.
inline constexpr const char* kSimulatedClaim = "simulated";

struct MediumFacts {
  std::string kind;  // "dram", "file", "devdax", "block", "sim", "posix"
  std::uint64_t size_bytes = 0;
  std::uint64_t page_bytes = 0;      // of most of the mapping; 0: unknown, or not mapped
  double huge_share = 0;             // of the bytes, in pages of 2 MiB or more
  bool map_sync = false;             // MAP_SHARED_VALIDATE | MAP_SYNC was accepted
  std::string persistence_domain;    // "none", "page_cache", "memory_controller", "cpu_cache", ...
  std::string file_system;           // "ext4", "tmpfs"; empty: none
  std::map<int, double> node_share;  // NUMA node -> share of the pages; empty: unknown; -1: no node
  std::uint64_t pages_asked = 0;     // pages whose node was asked for; 0: not supported by the
                                     // kernel
  // Of a file, a directory or a device that existed before: "file 8:1:42", "block 259:3"
  // (dax/media_claim.hpp). Two that differ are different media under any name. Empty: memory, or
  // made by the worker.
  std::string identity;
  bool created = false;  // the file was made by the worker and goes with it
  // What a durable write on it is worth: "durable", kUnauditedClaim, "emulated", "volatile".
  std::string claim;
  // The evidence for a claim of `durable`: where the audit is, or the command that makes one.
  std::string audit;
  std::string backend;        // what the backend reports of itself, "key=value ..."; empty: nothing
  std::string block_device;   // by which a block medium's file is reached, or why there is none
  std::string directory;      // made by the worker, of a posix medium; goes with it
  std::string dax_attribute;  // statx of a posix medium's file: "on", "off", "unknown"
  std::uint64_t whole_bytes = 0;  // of the medium, of which size_bytes are used; 0: those are all
  std::string placed_by;      // "mbind", "first touch": how dram came to its node; empty: unasked
  std::string nodes_unknown;  // why node_share is empty although the kernel was asked
  std::string stack;          // beneath a file or block device, to the last device: "dm-0 on zram0"
  // The second medium of a cell that probes one and loads the other; none or one.
  std::vector<MediumFacts> probe;
};

}  // namespace pmembench
