// Hosts of several nodes: two sockets; and two sockets with a CXL memory behind each, with and
// without what the firmware rates.
#pragma once

#include <string>

#include "tests/fakes/sysfs/cxl_host.hpp"

namespace pmembench::fakes {

inline void write_online_cpus(SysfsTree& tree, int cpus) {
  tree.file("sys/devices/system/cpu/online", "0-" + std::to_string(cpus - 1));
  for (int cpu = 0; cpu < cpus; ++cpu) {
    tree.file("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
              std::to_string(cpu));
  }
}

inline void write_two_nodes(SysfsTree& tree) {
  write_online_cpus(tree, 8);
  write_node(tree, 0, "0-3", 64000000, 60000000, "10 21");
  write_node(tree, 1, "4-7", 64000000, 60000000, "21 10");
}

// Nodes 2 and 3 are memory alone, behind node 0 and node 1; dax0.0 became node 2 (kmem), dax1.0 may
// become a node 4, and of dax2.0 the firmware gave none.
inline void write_four_nodes(SysfsTree& tree, bool with_hmat) {
  write_online_cpus(tree, 4);
  write_node(tree, 0, "0-1", 64000000, 60000000, "10 21 14 24");
  write_node(tree, 1, "2-3", 64000000, 60000000, "21 10 24 14");
  write_node(tree, 2, "", 128000000, 128000000, "14 24 10 26");
  write_node(tree, 3, "", 128000000, 128000000, "24 14 26 10");
  const std::string region = "sys/devices/platform/ACPI0017:00/root0/decoder0.0/region";
  tree.folder("sys/bus/dax/drivers/kmem").folder("sys/bus/dax/drivers/device_dax");
  const auto dax = [&](const std::string& name, const std::string& driver, const std::string& node,
                       const std::string& target) {
    const std::string at =
        region + name.substr(3, 1) + "/dax_region" + name.substr(3, 1) + "/" + name;
    tree.file(at + "/size", "274877906944").file(at + "/align", "2097152");
    tree.file(at + "/numa_node", node).file(at + "/target_node", target);
    tree.link(at + "/driver", "sys/bus/dax/drivers/" + driver);
    tree.link("sys/bus/dax/devices/" + name, at);
  };
  dax("dax0.0", "kmem", "0", "2");
  dax("dax1.0", "device_dax", "1", "4");
  dax("dax2.0", "device_dax", "-1", "-1");
  if (!with_hmat) return;
  write_hmat(tree, 0, 0, 0, "200000", "90");
  write_hmat(tree, 1, 0, 1, "200000", "90");
  write_hmat(tree, 2, 0, 0, "30000", "250");
  write_hmat(tree, 3, 0, 1, "30000", "260");
  tree.file(region + "1/access1/read_latency", "270");
}

}  // namespace pmembench::fakes
