#include "plan/node_pair.hpp"

#include <gtest/gtest.h>

#include "plan/media_placement.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

std::optional<NodePair> pair_of(const std::string& asked, const std::string& media,
                                const Topology& topology, const std::string& root = "") {
  const auto spec = parse_media(media);
  EXPECT_TRUE(spec) << media;
  const auto placement = place_on_media(asked, 1, *spec, topology, "");
  EXPECT_TRUE(placement) << placement.error().message;
  return node_pair_of(*spec, *placement, topology, root);
}

// "1 -> node 0 (0)", or "none".
std::string words(const std::optional<NodePair>& pair) {
  if (!pair) return "none";
  const std::string node = pair->target_node ? std::to_string(*pair->target_node) : "unknown";
  return fmt::format("{} -> {} ({})", pair->initiator_node, pair->target, node);
}

TEST(NodePair, is_of_the_node_of_the_cpus_and_that_of_the_memory) {
  EXPECT_EQ(words(pair_of("cpu_node=1", "dram:1M,node=0", two_sockets())), "1 -> node 0 (0)");
  EXPECT_EQ(words(pair_of("cpu_node=1;node=0", "dram:1M", two_sockets())), "1 -> node 0 (0)");
  EXPECT_EQ(words(pair_of("cpu_node=0", "dram:1M,node=2", two_sockets_and_cxl())),
            "0 -> node 2 (2)");
  EXPECT_EQ(words(pair_of("cpu_node=0", "dram:1M,node=0", one_node(2))), "0 -> node 0 (0)");
}

TEST(NodePair, is_none_where_no_node_was_named) {
  EXPECT_EQ(words(pair_of("near", "dram:1M,node=0", two_sockets())), "none");
  EXPECT_EQ(words(pair_of("cpus=0", "dram:1M,node=0", two_sockets())), "none");
  EXPECT_EQ(words(pair_of("cpu_node=0", "file:/x,size=1M", two_sockets())), "none");
}

TEST(NodePair, of_an_interleave_has_its_weights_and_no_node) {
  const auto pair = pair_of("cpu_node=1", "dram:8M,interleave=0:3+1:1", two_sockets());
  EXPECT_EQ(words(pair), "1 -> interleave 0:3+1:1 (unknown)");
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->interleave, (std::vector<NodeWeight>{{0, 3}, {1, 1}}));
}

TEST(NodePair, has_what_the_firmware_rates_from_that_node_and_from_no_other) {
  fakes::SysfsTree tree;
  fakes::write_cxl_host(tree);
  Topology topology = read_topology(tree.root());
  const auto near = pair_of("cpu_node=0", "dram:1M,node=1", topology);
  ASSERT_TRUE(near && near->rated);
  EXPECT_EQ(near->rated->read_latency_ns, 250U);
  topology.nodes[1].rated[0].initiator_node = 7;
  const auto other = pair_of("cpu_node=0", "dram:1M,node=1", topology);
  ASSERT_TRUE(other);
  EXPECT_FALSE(other->rated);
}

TEST(NodePair, takes_a_dax_device_without_a_node_for_unknown_and_never_for_0) {
  fakes::SysfsTree tree;
  fakes::write_cxl_host(tree);
  const Topology topology = read_topology(tree.root());
  EXPECT_EQ(words(pair_of("cpu_node=0", "/dev/dax1.0", topology, tree.root())),
            "0 -> dax1.0 (unknown)");
  const auto known = pair_of("cpu_node=0", "/dev/dax0.0", topology, tree.root());
  EXPECT_EQ(words(known), "0 -> dax0.0 (1)");
  ASSERT_TRUE(known && known->rated) << "as node 1 is rated, which it would become";
  EXPECT_EQ(words(pair_of("cpu_node=0", "/dev/dax9.0", topology, tree.root())),
            "0 -> dax9.0 (unknown)");
}

TEST(NodePair, of_a_dax_device_that_is_no_node_yet_is_rated_by_its_region) {
  fakes::SysfsTree tree;
  fakes::write_cxl_host(tree);
  tree.remove("sys/devices/system/node/node1");
  tree.file("sys/devices/platform/ACPI0017:00/root0/decoder0.0/region0/access1/read_latency",
            "260");
  const auto pair = pair_of("cpu_node=0", "/dev/dax0.0", read_topology(tree.root()), tree.root());
  ASSERT_TRUE(pair && pair->rated);
  EXPECT_EQ(pair->rated->read_latency_ns, 260U);
}

}  // namespace
}  // namespace pmembench
