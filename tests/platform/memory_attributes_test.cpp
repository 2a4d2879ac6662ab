#include "platform/memory_attributes.hpp"

#include <gmock/gmock.h>
#include <hwloc.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Two sockets of two CPUs, each with a node, and what an administrator rates: a file as lstopo
// writes it.
class RatedHost {
 public:
  RatedHost() {
    EXPECT_EQ(hwloc_topology_init(&topology_), 0);
    EXPECT_EQ(hwloc_topology_set_synthetic(topology_, "package:2 [numa] core:2 pu:1"), 0);
    EXPECT_EQ(hwloc_topology_load(topology_), 0);
  }
  RatedHost(const RatedHost&) = delete;
  RatedHost& operator=(const RatedHost&) = delete;
  ~RatedHost() {
    hwloc_topology_destroy(topology_);
    std::remove(file_.c_str());
  }
  void rate(hwloc_memattr_id_t attribute, unsigned from_node, unsigned to_node,
            hwloc_uint64_t value) {
    hwloc_location initiator{};
    initiator.type = HWLOC_LOCATION_TYPE_CPUSET;
    initiator.location.cpuset = node(from_node)->cpuset;
    EXPECT_EQ(hwloc_memattr_set_value(topology_, attribute, node(to_node), &initiator, 0, value),
              0);
  }
  std::vector<MemoryAttributes> read() {
    EXPECT_EQ(hwloc_topology_export_xml(topology_, file_.c_str(), 0), 0);
    const auto attributes = read_memory_attributes(file_);
    EXPECT_TRUE(attributes) << attributes.error().message;
    return attributes ? *attributes : std::vector<MemoryAttributes>{};
  }

 private:
  hwloc_obj_t node(unsigned index) {
    return hwloc_get_obj_by_type(topology_, HWLOC_OBJ_NUMANODE, index);
  }
  hwloc_topology_t topology_ = nullptr;
  std::string file_ = testing::TempDir() + "/pmembench-rated-host.xml";
};

Topology two_nodes() {
  Topology topology;
  topology.nodes.resize(2);
  topology.nodes[0].id = 0;
  topology.nodes[0].cpus = {0, 1};
  topology.nodes[1].id = 1;
  topology.nodes[1].cpus = {2, 3};
  return topology;
}

TEST(MemoryAttributes, reads_what_a_pair_of_nodes_is_rated) {
  RatedHost host;
  host.rate(HWLOC_MEMATTR_ID_READ_LATENCY, 0, 1, 250);
  host.rate(HWLOC_MEMATTR_ID_WRITE_BANDWIDTH, 0, 1, 9000);
  const std::vector<MemoryAttributes> found = host.read();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].node, 1);
  EXPECT_THAT(found[0].cpus, ElementsAre(0, 1));
  EXPECT_EQ(found[0].rated.source, "hwloc");
  EXPECT_EQ(found[0].rated.read_latency_ns, 250u);
  EXPECT_EQ(found[0].rated.write_bandwidth_mib_per_s, 9000u);
  EXPECT_FALSE(found[0].rated.write_latency_ns);
  EXPECT_FALSE(found[0].rated.read_bandwidth_mib_per_s);
}

TEST(MemoryAttributes, takes_what_is_rated_for_both_directions_where_there_is_none_for_one) {
  RatedHost host;
  host.rate(HWLOC_MEMATTR_ID_BANDWIDTH, 1, 1, 20000);
  host.rate(HWLOC_MEMATTR_ID_LATENCY, 1, 1, 90);
  host.rate(HWLOC_MEMATTR_ID_READ_BANDWIDTH, 1, 1, 24000);
  const std::vector<MemoryAttributes> found = host.read();
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].rated.read_bandwidth_mib_per_s, 24000u);
  EXPECT_EQ(found[0].rated.write_bandwidth_mib_per_s, 20000u);
  EXPECT_EQ(found[0].rated.read_latency_ns, 90u);
  EXPECT_EQ(found[0].rated.write_latency_ns, 90u);
}

TEST(MemoryAttributes, are_none_where_nothing_is_rated) { EXPECT_TRUE(RatedHost().read().empty()); }

TEST(MemoryAttributes, add_the_pairs_that_the_kernel_rates_nothing_of) {
  Topology topology = two_nodes();
  RatedAccess firmware;
  firmware.initiator_node = 1;
  firmware.read_latency_ns = 100;
  topology.nodes[1].rated = {firmware};
  RatedHost host;
  host.rate(HWLOC_MEMATTR_ID_READ_LATENCY, 0, 1, 250);
  host.rate(HWLOC_MEMATTR_ID_READ_LATENCY, 1, 1, 77);
  add_memory_attributes(host.read(), topology);
  EXPECT_TRUE(topology.nodes[0].rated.empty());
  ASSERT_EQ(topology.nodes[1].rated.size(), 2u) << "what the firmware rates stays as it is";
  EXPECT_EQ(topology.nodes[1].rated[0].read_latency_ns, 100u);
  EXPECT_EQ(topology.nodes[1].rated[0].source, "HMAT");
  EXPECT_EQ(topology.nodes[1].rated[1].initiator_node, 0);
  EXPECT_EQ(topology.nodes[1].rated[1].read_latency_ns, 250u);
}

TEST(MemoryAttributes, pass_over_nodes_and_cpus_that_this_host_does_not_have) {
  Topology topology = two_nodes();
  MemoryAttributes far;
  far.node = 7;
  far.cpus = {0};
  MemoryAttributes stranger;
  stranger.node = 1;
  stranger.cpus = {64};
  add_memory_attributes({far, stranger}, topology);
  EXPECT_TRUE(topology.nodes[0].rated.empty());
  EXPECT_TRUE(topology.nodes[1].rated.empty());
}

TEST(MemoryAttributes, say_which_file_cannot_be_read) {
  const auto refused = read_memory_attributes("/nonexistent/topology.xml");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_THAT(refused.error().message, HasSubstr("hwloc cannot read /nonexistent/topology.xml ("));
  EXPECT_THAT(refused.error().message, HasSubstr("check HWLOC_XMLFILE"));
}

TEST(MemoryAttributes, of_this_host_can_be_read) {
  const auto attributes = read_memory_attributes();
  ASSERT_TRUE(attributes) << attributes.error().message;
}

}  // namespace
}  // namespace pmembench
