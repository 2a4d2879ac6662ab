#include "platform/accelerator_nodes.hpp"

#include <gmock/gmock.h>

#include "platform/topology.hpp"
#include "tests/fakes/sysfs/parts.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Node 0 has CPUs, nodes 1 and 2 are memory alone.
fakes::SysfsTree& write_three_nodes(fakes::SysfsTree& tree) {
  tree.file("sys/devices/system/cpu/online", "0");
  fakes::write_node(tree, 0, "0", 1 << 20, 1 << 19, "10 20 20");
  fakes::write_node(tree, 1, "", 1 << 20, 1 << 19, "20 10 20");
  fakes::write_node(tree, 2, "", 1 << 20, 1 << 19, "20 20 10");
  return tree;
}

std::vector<int> accelerators_of(const fakes::SysfsTree& tree) {
  std::vector<int> nodes;
  for (const NumaNode& node : read_topology(tree.root()).nodes) {
    if (node.of_accelerator) nodes.push_back(node.id);
  }
  return nodes;
}

TEST(AcceleratorNodes, are_none_where_memory_hangs_behind_cxl) {
  fakes::SysfsTree tree;
  EXPECT_THAT(accelerators_of(write_three_nodes(tree)), IsEmpty());
}

TEST(AcceleratorNodes, are_those_that_the_firmware_names_as_initiators_without_cpus) {
  fakes::SysfsTree tree;
  write_three_nodes(tree).file("sys/devices/system/node/has_generic_initiator", "0,2");
  EXPECT_THAT(accelerators_of(tree), ElementsAre(2));
}

TEST(AcceleratorNodes, are_those_on_which_a_display_device_lies) {
  fakes::SysfsTree tree;
  write_three_nodes(tree);
  const auto device = [&](const std::string& name, const std::string& code, const char* node) {
    tree.file("sys/bus/pci/devices/" + name + "/class", code);
    tree.file("sys/bus/pci/devices/" + name + "/numa_node", node);
  };
  device("0000:00:00.0", "0x060000", "2");
  device("0000:01:00.0", "0x030200", "1");
  device("0000:02:00.0", "0x030000", "0");
  device("0000:03:00.0", "0x120000", "-1");
  EXPECT_THAT(accelerators_of(tree), ElementsAre(1));
}

TEST(AcceleratorNodes, are_those_that_the_gpus_driver_names) {
  fakes::SysfsTree tree;
  write_three_nodes(tree).raw("proc/driver/nvidia/gpus/0004:04:00.0/numa_status",
                              "Node:          2\nStatus: online\n");
  EXPECT_THAT(accelerators_of(tree), ElementsAre(2));
}

}  // namespace
}  // namespace pmembench
