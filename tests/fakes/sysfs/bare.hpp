// A small virtual machine: two CPUs, one node, no dax, nd or cxl, hardly a fact about its power
// management.
#pragma once

#include "tests/fakes/sysfs/parts.hpp"

namespace pmembench::fakes {

inline void write_bare(SysfsTree& tree) {
  write_cpus(tree,
             {"AuthenticAMD", "25", "1", "AMD EPYC", "1", "0x1000065",
              "fpu sse2 clflush avx avx2 clflushopt clwb nonstop_tsc hypervisor"},
             2, "0-1");
  write_cache(tree, 0, "1", "Data", "32K", "0");
  write_cache(tree, 2, "2", "Unified", "512K", "0");
  write_node(tree, 0, "0-1", 24682416, 24091464, "10");
  write_huge_pages(tree, 0, "2048", "0", "0");
  write_kernel(tree, "6.18.44", "vm", "Debian GNU/Linux 12 (bookworm)", "console=ttyS0 quiet");
  tree.raw("proc/meminfo", "MemTotal:       24682416 kB\nMemAvailable:   24291668 kB\n");
  tree.raw("proc/stat", "cpu  7038 0 4762 290005 666 0 127 632 0 0\n");
  tree.file("proc/loadavg", "1.50 0.10 0.05 1/300 4242");
  tree.folder("sys/bus/dax/devices").folder("sys/bus/nd/devices");
  write_block(tree, "vda", "sys/devices/pci0000:00/virtio1/block/vda", "254:0", "536870912", "512",
              "4096", "0", "write back");
  write_block(tree, "loop0", "sys/devices/virtual/block/loop0", "7:0", "0", "512", "512", "0",
              "write back");
  tree.raw("proc/self/mountinfo", "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n");
}

}  // namespace pmembench::fakes
