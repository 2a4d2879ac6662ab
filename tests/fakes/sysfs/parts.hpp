// Parts that several fake hosts share: CPUs, nodes, huge pages, a kernel.
#pragma once

#include <string>
#include <vector>

#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench::fakes {

struct FakeCpu {
  std::string vendor, family, model, model_name, stepping, microcode, flags;
};

inline void write_cpus(SysfsTree& tree, const FakeCpu& cpu, int count, const std::string& online) {
  std::string cpuinfo;
  for (int i = 0; i < count; ++i) {
    cpuinfo += "processor\t: " + std::to_string(i) + "\nvendor_id\t: " + cpu.vendor +
               "\ncpu family\t: " + cpu.family + "\nmodel\t\t: " + cpu.model +
               "\nmodel name\t: " + cpu.model_name + "\nstepping\t: " + cpu.stepping +
               "\nmicrocode\t: " + cpu.microcode + "\nflags\t\t: " + cpu.flags + "\n\n";
    tree.folder("sys/devices/system/cpu/cpu" + std::to_string(i));
  }
  tree.raw("proc/cpuinfo", cpuinfo);
  tree.file("sys/devices/system/cpu/online", online);
}

inline void write_cache(SysfsTree& tree, int index, const std::string& level,
                        const std::string& type, const std::string& size,
                        const std::string& shared) {
  const std::string at = "sys/devices/system/cpu/cpu0/cache/index" + std::to_string(index) + "/";
  tree.file(at + "level", level).file(at + "type", type).file(at + "size", size);
  tree.file(at + "coherency_line_size", "64").file(at + "shared_cpu_list", shared);
}

inline void write_node(SysfsTree& tree, int id, const std::string& cpus, long total_kb,
                       long free_kb, const std::string& distance) {
  const std::string at = "sys/devices/system/node/node" + std::to_string(id) + "/";
  const std::string line = "Node " + std::to_string(id) + " ";
  tree.file(at + "cpulist", cpus).file(at + "distance", distance);
  tree.raw(at + "meminfo", line + "MemTotal:       " + std::to_string(total_kb) + " kB\n" + line +
                               "MemFree:        " + std::to_string(free_kb) + " kB\n" + line +
                               "HugePages_Total:     0\n");
}

inline void write_huge_pages(SysfsTree& tree, int node, const std::string& page_kb,
                             const std::string& total, const std::string& free) {
  const std::string at = "sys/devices/system/node/node" + std::to_string(node) +
                         "/hugepages/hugepages-" + page_kb + "kB/";
  tree.file(at + "nr_hugepages", total).file(at + "free_hugepages", free);
}

inline void write_kernel(SysfsTree& tree, const std::string& release, const std::string& name,
                         const std::string& distribution, const std::string& command_line) {
  tree.file("proc/sys/kernel/osrelease", release).file("proc/sys/kernel/hostname", name);
  tree.file("proc/sys/kernel/arch", "x86_64").file("proc/cmdline", command_line);
  tree.raw("etc/os-release", "NAME=\"x\"\nPRETTY_NAME=\"" + distribution + "\"\nID=x\n");
  tree.file("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never");
  tree.file("sys/kernel/mm/transparent_hugepage/defrag",
            "always defer defer+madvise [madvise] never");
}

inline void write_block(SysfsTree& tree, const std::string& name, const std::string& real,
                        const std::string& number, const std::string& sectors,
                        const std::string& logical, const std::string& physical,
                        const std::string& dax, const std::string& write_cache) {
  tree.file(real + "/dev", number).file(real + "/size", sectors).folder(real + "/holders");
  tree.file(real + "/queue/logical_block_size", logical);
  tree.file(real + "/queue/physical_block_size", physical);
  tree.file(real + "/queue/dax", dax).file(real + "/queue/write_cache", write_cache);
  tree.link("sys/block/" + name, real);
  tree.link("sys/dev/block/" + number, real);
}

}  // namespace pmembench::fakes
