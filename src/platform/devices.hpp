// dax, nd, cxl and block devices as ROOT/sys shows them. Absent facts are nullopt, never 0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/topology.hpp"

namespace pmembench {

struct DaxDeviceFacts {  // /sys/bus/dax/devices/daxX.Y
  std::string name;      // "dax0.0"
  std::optional<std::uint64_t> size_bytes, alignment_bytes;
  std::optional<int> numa_node, target_node;  // sysfs -1 is nullopt
  std::string driver;                         // "device_dax", "kmem", "fsdev"; empty: none bound
  std::string region;  // "region0" of nd, or the dax_region id; empty unknown
  std::string
      persistence_domain;  // of the nd region: "cpu_cache", "memory_controller"; or "unknown"
  // Of the CXL region that contains it (Linux 6.9), from the CPU node nearest to it (numa_node;
  // without one nothing is rated): the performance of its memory before it is a node.
  std::vector<RatedAccess> rated;
};
struct NdRegionFacts {  // /sys/bus/nd/devices/regionN
  std::string name;
  std::optional<std::uint64_t> size_bytes;
  std::optional<int> numa_node, target_node;
  std::string persistence_domain;       // "unknown" where absent
  std::string deep_flush;               // "1", "0" or "unknown"
  std::vector<std::string> namespaces;  // "namespace0.0 (fsdax)"
};
struct CxlDeviceFacts {    // /sys/bus/cxl/devices/{memN,regionN}
  std::string name, kind;  // kind "mem" or "region"
  std::optional<std::uint64_t> ram_bytes, pmem_bytes, size_bytes;
  std::optional<int> numa_node;
  std::optional<unsigned> interleave_ways;
  std::optional<std::uint64_t> interleave_granularity_bytes;
  std::string serial, firmware_version, mode;  // "unknown" where absent
};
struct BlockDeviceFacts {  // /sys/block/*
  std::string name;
  std::optional<std::uint64_t> size_bytes;
  std::optional<std::uint64_t> logical_block_bytes, physical_block_bytes;
  std::string dax;          // queue/dax: "yes", "no", "unknown"
  std::string write_cache;  // queue/write_cache: "write back", "write through", "unknown"
  std::vector<std::string> mount_points;  // of it and its partitions, from ROOT/proc/self/mountinfo
};

std::vector<DaxDeviceFacts> read_dax_devices(const std::string& root);
std::vector<NdRegionFacts> read_nd_regions(const std::string& root);
std::vector<CxlDeviceFacts> read_cxl_devices(const std::string& root);
std::vector<BlockDeviceFacts> read_block_devices(const std::string& root);

// The facts of one /dev/daxX.Y by its device number (ROOT/sys/dev/char/M:m), checked to be on the
// dax bus. Never asks ndctl.
Result<DaxDeviceFacts> dax_device_by_path(const std::string& root, const std::string& path);

// Mount points that use the block device `path` or a partition of it; empty: not mounted.
std::vector<std::string> mounts_of(const std::string& root, const std::string& path);

}  // namespace pmembench
