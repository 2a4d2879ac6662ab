// A two-socket server with NVDIMMs: one region flushed by software (ADR), one by the platform
// (eADR); a devdax, an fsdax and a btt namespace. Laid out as Linux 6.1 shows such a host.
#pragma once

#include <string>

#include "tests/fakes/sysfs/parts.hpp"

namespace pmembench::fakes {

constexpr const char* kNdBus0 = "sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0";

inline void write_nd_region(SysfsTree& tree, int id, const std::string& node,
                            const std::string& target, const std::string& domain,
                            const std::string& deep_flush) {
  const std::string name = "region" + std::to_string(id);
  const std::string at = std::string(kNdBus0) + "/" + name;
  tree.file(at + "/size", "811748818944").file(at + "/numa_node", node);
  tree.file(at + "/target_node", target).file(at + "/persistence_domain", domain);
  tree.file(at + "/deep_flush", deep_flush).file(at + "/align", "0x1000000");
  tree.link("sys/bus/nd/devices/" + name, at);
}

inline void write_namespace(SysfsTree& tree, int region, int id, const std::string& mode,
                            const std::string& size) {
  const std::string name = "namespace" + std::to_string(region) + "." + std::to_string(id);
  const std::string at = std::string(kNdBus0) + "/region" + std::to_string(region) + "/" + name;
  tree.file(at + "/mode", mode).file(at + "/size", size);
  tree.link("sys/bus/nd/devices/" + name, at);
}

inline void write_nvdimm_namespaces(SysfsTree& tree) {
  write_nd_region(tree, 0, "0", "2", "memory_controller", "1");
  write_nd_region(tree, 1, "1", "3", "cpu_cache", "0");
  write_namespace(tree, 0, 0, "dax", "405874409472");
  write_namespace(tree, 0, 1, "memory", "202937204736");
  write_namespace(tree, 1, 0, "safe", "811748818944");
  write_namespace(tree, 1, 1, "raw", "0");  // the seed
  const std::string region0 = std::string(kNdBus0) + "/region0";
  const std::string dax = region0 + "/dax0.1/dax0.0";
  tree.file(dax + "/size", "399531573248").file(dax + "/align", "2097152");
  tree.file(dax + "/numa_node", "0").file(dax + "/target_node", "2").file(dax + "/dev", "252:0");
  tree.folder("sys/bus/dax/drivers/device_dax").link(dax + "/subsystem", "sys/bus/dax");
  tree.link(dax + "/driver", "sys/bus/dax/drivers/device_dax");
  tree.file(region0 + "/dax0.1/dax_region/id", "0");
  tree.link("sys/bus/dax/devices/dax0.0", dax).link("sys/dev/char/252:0", dax);
  write_block(tree, "pmem0", region0 + "/pfn0.1/block/pmem0", "259:0", "392167424", "512", "4096",
              "1", "write back");
  write_block(tree, "pmem1s", std::string(kNdBus0) + "/region1/btt1.0/block/pmem1s", "259:1",
              "1583890432", "4096", "4096", "0", "write through");
}

inline void write_nvdimm_server(SysfsTree& tree) {
  write_cpus(tree,
             {"GenuineIntel", "6", "106", "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz", "6",
              "0xd0003a5", "fpu sse2 clflush avx avx2 avx512f clflushopt clwb constant_tsc"},
             8, "0-7");
  write_cache(tree, 0, "1", "Data", "48K", "0,4");
  write_cache(tree, 1, "1", "Instruction", "32K", "0,4");
  write_cache(tree, 2, "2", "Unified", "1280K", "0,4");
  write_cache(tree, 3, "3", "Unified", "61440K", "0-1,4-5");
  tree.file("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0,4");
  tree.file("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "performance");
  tree.file("sys/devices/system/cpu/intel_pstate/no_turbo", "1");
  tree.file("sys/devices/system/cpu/smt/control", "on");
  write_node(tree, 0, "0-1,4-5", 263800000, 240000000, "10 20");
  write_node(tree, 1, "2-3,6-7", 264200000, 250000000, "20 10");
  write_huge_pages(tree, 0, "2048", "512", "500");
  write_huge_pages(tree, 1, "2048", "512", "512");
  write_huge_pages(tree, 1, "1048576", "4", "1");
  tree.file("sys/devices/system/node/node0/access0/initiators/read_latency", "81");
  tree.file("sys/devices/system/node/node0/access0/initiators/read_bandwidth", "140800");
  tree.folder("sys/devices/system/node/node0/access0/initiators/node0");
  write_nvdimm_namespaces(tree);
  write_kernel(tree, "6.1.0-21-amd64", "tango", "Debian GNU/Linux 12 (bookworm)",
               "BOOT_IMAGE=/vmlinuz root=/dev/sda2 quiet");
  tree.raw("proc/meminfo",
           "MemTotal:       528000000 kB\nMemFree:        490000000 kB\n"
           "MemAvailable:   500000000 kB\n");
  tree.raw("proc/stat", "cpu  100 1 50 900 20 3 4 22 7 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
  tree.file("proc/loadavg", "0.25 0.10 0.05 1/300 4242");
  tree.file("proc/sys/kernel/randomize_va_space", "2").file("proc/sys/kernel/numa_balancing", "1");
  tree.file("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc");
  tree.file("sys/class/dmi/id/sys_vendor", "Intel Corporation");
  tree.file("sys/class/dmi/id/product_name", "M50CYP2SB2U");
  write_block(tree, "sda", "sys/devices/pci0000:00/ata1/block/sda", "8:0", "937703088", "512",
              "4096", "0", "write back");
  tree.file("sys/devices/pci0000:00/ata1/block/sda/sda2/partition", "2");
  tree.file("sys/devices/pci0000:00/ata1/block/sda/sda2/dev", "8:2");
  tree.raw("proc/self/mountinfo",
           "22 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n"
           "90 22 259:0 / /mnt/pmem\\0400 rw,relatime shared:5 master:2 - ext4 /dev/pmem0 rw,dax\n"
           "91 22 0:50 / /run rw,nosuid - tmpfs tmpfs rw\n");
}

}  // namespace pmembench::fakes
