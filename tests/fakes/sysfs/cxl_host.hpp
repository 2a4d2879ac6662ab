// One socket and a CXL memory expander: node 1 has no CPU and is rated by HMAT; one dax device of
// the region is onlined as system RAM (kmem), another, of soft-reserved memory, is a device that
// the firmware gave no node.
#pragma once

#include <string>

#include "tests/fakes/sysfs/parts.hpp"

namespace pmembench::fakes {

inline void write_hmat(SysfsTree& tree, int node, int access, int initiator,
                       const std::string& bandwidth, const std::string& latency) {
  const std::string at = "sys/devices/system/node/node" + std::to_string(node) + "/access" +
                         std::to_string(access) + "/initiators/";
  tree.file(at + "read_bandwidth", bandwidth).file(at + "write_bandwidth", bandwidth);
  tree.file(at + "read_latency", latency).file(at + "write_latency", latency);
  tree.link(at + "node" + std::to_string(initiator),
            "sys/devices/system/node/node" + std::to_string(initiator));
}

inline void write_cxl_devices(SysfsTree& tree) {
  const std::string mem = "sys/devices/pci0000:38/0000:38:00.0/0000:39:00.0/mem0";
  tree.file(mem + "/ram/size", "0x4000000000").file(mem + "/pmem/size", "0x0");
  tree.file(mem + "/numa_node", "0").file(mem + "/serial", "0xc9e1d00d");
  tree.file(mem + "/firmware_version", "1.2.7");
  tree.link("sys/bus/cxl/devices/mem0", mem);
  const std::string region = "sys/devices/platform/ACPI0017:00/root0/decoder0.0/region0";
  tree.file(region + "/size", "0x4000000000").file(region + "/interleave_ways", "1");
  tree.file(region + "/interleave_granularity", "256").file(region + "/mode", "ram");
  tree.link("sys/bus/cxl/devices/region0", region);
  tree.folder("sys/bus/cxl/devices/decoder0.0").folder("sys/bus/cxl/devices/root0");
  tree.folder("sys/bus/dax/drivers/kmem").folder("sys/bus/dax/drivers/device_dax");
  const std::string kmem = region + "/dax_region0/dax0.0";
  tree.file(kmem + "/size", "274877906944").file(kmem + "/align", "2097152");
  tree.file(kmem + "/numa_node", "0").file(kmem + "/target_node", "1");
  tree.link(kmem + "/driver", "sys/bus/dax/drivers/kmem").link(kmem + "/subsystem", "sys/bus/dax");
  tree.file(region + "/dax_region0/dax_region/id", "0");
  tree.link("sys/bus/dax/devices/dax0.0", kmem).link("sys/dev/char/252:1", kmem);
  const std::string hmem = "sys/devices/platform/hmem.1/dax1.0";
  tree.file(hmem + "/size", "68719476736").file(hmem + "/align", "1073741824");
  tree.file(hmem + "/numa_node", "-1").file(hmem + "/target_node", "-1");
  tree.link(hmem + "/driver", "sys/bus/dax/drivers/device_dax");
  tree.link(hmem + "/subsystem", "sys/bus/dax");
  tree.file("sys/devices/platform/hmem.1/dax_region/id", "1");
  tree.link("sys/bus/dax/devices/dax1.0", hmem).link("sys/dev/char/252:2", hmem);
}

inline void write_cxl_host(SysfsTree& tree) {
  write_cpus(tree,
             {"AuthenticAMD", "25", "17", "AMD EPYC 9454P 48-Core Processor", "1", "0xa101148",
              "fpu sse2 clflush avx avx2 avx512f clflushopt clwb movdir64b"},
             4, "0-3");
  write_cache(tree, 0, "1", "Data", "32K", "0");
  write_cache(tree, 1, "3", "Unified", "32768K", "0-3");
  tree.file("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0");
  tree.file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "schedutil");
  tree.file("sys/devices/system/cpu/cpufreq/boost", "1");
  tree.file("sys/devices/system/cpu/smt/control", "notsupported");
  write_node(tree, 0, "0-3", 395000000, 300000000, "10 50");
  write_node(tree, 1, "", 268435456, 268000000, "255 10");
  write_hmat(tree, 0, 0, 0, "460800", "100");
  write_hmat(tree, 1, 0, 0, "60000", "250");
  write_hmat(tree, 1, 1, 0, "60000", "250");
  write_cxl_devices(tree);
  write_kernel(tree, "6.12.9", "cxl-box", "Fedora Linux 41", "ro numa_balancing=disable");
  tree.raw("proc/meminfo", "MemTotal:       663435456 kB\nMemAvailable:   560000000 kB\n");
  tree.raw("proc/stat", "cpu  1 2 3 4 5 6 7 8\n");
  tree.file("proc/sys/kernel/randomize_va_space", "0").file("proc/sys/kernel/numa_balancing", "2");
  write_block(tree, "nvme0n1", "sys/devices/pci0000:00/nvme/nvme0/nvme0n1", "259:0", "3750748848",
              "512", "512", "0", "write through");
  const std::string part = "sys/devices/pci0000:00/nvme/nvme0/nvme0n1/nvme0n1p3";
  tree.file(part + "/partition", "3").file(part + "/dev", "259:3");
  const std::string mapped = "sys/devices/virtual/block/dm-0";
  write_block(tree, "dm-0", mapped, "253:0", "3000000000", "512", "512", "0", "write through");
  tree.file(mapped + "/dm/name", "vg-root").link(part + "/holders/dm-0", mapped);
  tree.raw("proc/self/mountinfo",
           "30 1 0:33 /root / rw,relatime - btrfs /dev/mapper/vg-root rw,subvol=/root\n");
}

}  // namespace pmembench::fakes
