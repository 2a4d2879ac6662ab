#include "platform/topology.hpp"

#include <gmock/gmock.h>
#include <sched.h>

#include <algorithm>

#include "tests/fakes/page.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(ReadTopology, reads_two_sockets) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(2));
  const NumaNode& second = topology.nodes[1];
  EXPECT_EQ(second.id, 1);
  EXPECT_THAT(second.cpus, ElementsAre(2, 3, 6, 7));
  EXPECT_EQ(second.memory_bytes, 264200000 * kKiB);
  EXPECT_EQ(second.free_bytes, 250000000 * kKiB);
  EXPECT_THAT(second.distance, ElementsAre(Pair(0, 20), Pair(1, 10)));
  EXPECT_THAT(second.huge_pages_total,
              ElementsAre(Pair(2048 * kKiB, 512U), Pair(1048576 * kKiB, 4U)));
  EXPECT_THAT(second.huge_pages_free,
              ElementsAre(Pair(2048 * kKiB, 512U), Pair(1048576 * kKiB, 1U)));
  EXPECT_THAT(topology.nodes[0].huge_pages_free, ElementsAre(Pair(2048 * kKiB, 500U)));
  EXPECT_THAT(topology.usable_cpus, ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

TEST(ReadTopology, knows_which_cpus_share_a_core) {
  fakes::SysfsTree tree;
  tree.file("sys/devices/system/cpu/online", "0-4\n");
  tree.file("sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0,2\n");
  tree.file("sys/devices/system/cpu/cpu2/topology/core_cpus_list", "0,2\n");
  tree.file("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,3\n");
  tree.file("sys/devices/system/cpu/cpu3/topology/thread_siblings_list", "1,3\n");
  EXPECT_THAT(read_topology(tree.root()).core_of_cpu,
              ElementsAre(Pair(0, 0), Pair(1, 1), Pair(2, 0), Pair(3, 1)));
}

TEST(ReadTopology, reads_the_masks_of_a_kernel_that_has_no_lists) {
  fakes::SysfsTree tree;
  tree.file("sys/devices/system/cpu/online", "0-3,32");
  tree.file("sys/devices/system/node/node0/cpumap", "00000001,00000005");
  tree.file("sys/devices/system/node/node1/cpumap", "00000000,0000000a");
  tree.file("sys/devices/system/cpu/cpu0/topology/thread_siblings", "00000001,00000001");
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(2));
  EXPECT_THAT(topology.nodes[0].cpus, ElementsAre(0, 2, 32));
  EXPECT_THAT(topology.nodes[1].cpus, ElementsAre(1, 3));
  EXPECT_THAT(topology.core_of_cpu, ElementsAre(Pair(0, 0)));
}

TEST(ReadTopology, has_one_node_with_all_cpus_if_there_is_no_sys) {
  fakes::SysfsTree tree;
  tree.raw("proc/cpuinfo", "processor : 0\n\nprocessor : 1\n");
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(1));
  EXPECT_THAT(topology.nodes[0].cpus, ElementsAre(0, 1));
  EXPECT_THAT(topology.usable_cpus, ElementsAre(0, 1));
}

TEST(ReadTopology, reads_the_best_initiators_of_each_class) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.folder("sys/devices/system/node/node1/access1/initiators/node0");
  const Topology topology = read_topology(tree.root());
  EXPECT_THAT(topology.nodes[1].best_initiators, ElementsAre(0));
  EXPECT_THAT(topology.nodes[1].best_cpu_initiators, ElementsAre(0));
  EXPECT_THAT(topology.nodes[0].best_cpu_initiators, IsEmpty());
}

TEST(ReadTopology, sums_the_caches_that_cpus_use_and_the_one_before_the_memory) {
  fakes::SysfsTree tree;
  tree.file("sys/devices/system/cpu/online", "0-1");
  for (const char* cpu : {"0", "1"}) {
    const std::string at = std::string("sys/devices/system/cpu/cpu") + cpu + "/cache/index3/";
    tree.file(at + "level", "3").file(at + "type", "Unified").file(at + "size", "1024K");
    tree.file(at + "shared_cpu_list", cpu);
  }
  fakes::write_node(tree, 0, "0-1", 1 << 20, 1 << 19, "10 20");
  fakes::write_node(tree, 1, "", 1 << 20, 1 << 19, "20 10");
  tree.file("sys/devices/system/node/node1/memory_side_cache/index1/size", "8388608");
  const Topology topology = read_topology(tree.root());
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  EXPECT_EQ(topology.cache_bytes({0}, 0), kMiB);
  EXPECT_EQ(topology.cache_bytes({0, 1}, 0), 2 * kMiB);
  EXPECT_EQ(topology.cache_bytes({0, 1}, 1), 10 * kMiB);
  EXPECT_EQ(topology.cache_bytes({0}, -1), 9 * kMiB) << "on any node";
}

TEST(ReadTopology, finds_nodes_by_id_and_by_cpu) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const Topology topology = read_topology(tree.root());
  EXPECT_EQ(topology.node(1), &topology.nodes[1]);
  EXPECT_EQ(topology.node(2), nullptr);
  EXPECT_EQ(topology.node_of_cpu(5), 0);
  EXPECT_EQ(topology.node_of_cpu(6), 1);
  EXPECT_EQ(topology.node_of_cpu(8), -1);
}

TEST(ReadTopology, reads_a_node_without_cpus_and_what_the_firmware_rated) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(2));
  const NumaNode& cxl = topology.nodes[1];
  EXPECT_THAT(cxl.cpus, IsEmpty());
  EXPECT_EQ(cxl.memory_bytes, std::uint64_t{256} << 30);
  ASSERT_THAT(cxl.rated, SizeIs(1)) << "access1 repeats the initiator of access0";
  EXPECT_EQ(cxl.rated[0].initiator_node, 0);
  EXPECT_EQ(cxl.rated[0].read_bandwidth_mib_per_s, 60000U);
  EXPECT_EQ(cxl.rated[0].write_latency_ns, 250U);
  EXPECT_THAT(cxl.distance, ElementsAre(Pair(0, 255), Pair(1, 10)));
}

TEST(ReadTopology, takes_a_rating_of_zero_as_not_rated) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  fakes::write_hmat(tree.remove("sys/devices/system/node/node1/access0"), 1, 0, 0, "0", "250");
  fakes::write_hmat(tree.remove("sys/devices/system/node/node1/access1"), 1, 1, 0, "0", "0");
  const auto rated = read_topology(tree.root()).nodes[1].rated;
  ASSERT_THAT(rated, SizeIs(1));
  EXPECT_EQ(rated[0].read_bandwidth_mib_per_s, std::nullopt);
  EXPECT_EQ(rated[0].read_latency_ns, 250U);
}

TEST(ReadTopology, keeps_both_initiators_where_a_nearer_one_is_not_a_cpu) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.remove("sys/devices/system/node/node1/access0");
  fakes::write_hmat(tree, 1, 0, 1, "90000", "120");
  const auto rated = read_topology(tree.root()).nodes[1].rated;
  ASSERT_THAT(rated, SizeIs(2));
  EXPECT_EQ(rated[0].initiator_node, 1);
  EXPECT_EQ(rated[0].read_latency_ns, 120U);
  EXPECT_EQ(rated[1].initiator_node, 0);
  EXPECT_EQ(rated[1].read_latency_ns, 250U);
}

TEST(ReadTopology, makes_one_node_where_sysfs_shows_none) {
  fakes::SysfsTree tree;
  write_bare(tree);
  tree.remove("sys/devices/system/node");
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(1));
  EXPECT_EQ(topology.nodes[0].id, 0);
  EXPECT_THAT(topology.nodes[0].cpus, ElementsAre(0, 1));
  EXPECT_EQ(topology.nodes[0].memory_bytes, 24682416 * kKiB);
  EXPECT_THAT(topology.nodes[0].distance, IsEmpty());
  EXPECT_EQ(topology.node_of_cpu(1), 0);
}

TEST(ReadTopology, counts_cpu_folders_where_no_list_is_online) {
  fakes::SysfsTree tree;
  write_bare(tree);
  tree.remove("sys/devices/system/cpu/online");
  EXPECT_THAT(read_topology(tree.root()).usable_cpus, ElementsAre(0, 1));
}

TEST(ReadTopology, gives_each_cpu_the_lowest_of_its_core) {
  fakes::SysfsTree tree;
  write_bare(tree);
  const std::string cpus = "sys/devices/system/cpu/cpu";
  tree.file(cpus + "0/topology/thread_siblings_list", "0-1");
  tree.file(cpus + "1/topology/thread_siblings_list", "7");
  tree.file(cpus + "1/topology/core_cpus_list", "0-1");
  EXPECT_THAT(read_topology(tree.root()).core_of_cpu, ElementsAre(Pair(0, 0), Pair(1, 0)));
  tree.file(cpus + "1/topology/core_cpus_list", "both");
  EXPECT_THAT(read_topology(tree.root()).core_of_cpu, ElementsAre(Pair(0, 0)));
}

TEST(ReadTopology, matches_distances_to_the_ids_of_online_nodes) {
  fakes::SysfsTree tree;
  fakes::write_node(tree, 0, "0", 1000, 900, "10 40");
  fakes::write_node(tree, 3, "", 2000, 1900, "40 10");
  const Topology topology = read_topology(tree.root());
  EXPECT_THAT(topology.nodes[0].distance, ElementsAre(Pair(0, 10), Pair(3, 40)));
}

TEST(ReadTopology, leaves_garbage_unknown) {
  fakes::SysfsTree tree;
  fakes::write_node(tree, 0, "zero to three", 1000, 900, "10 20 30");
  tree.raw("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal:   lots kB\nNode 0 MemF");
  fakes::write_huge_pages(tree, 0, "2048", "many", "-1");
  fakes::write_huge_pages(tree, 0, "x", "1", "1");
  fakes::write_huge_pages(tree, 0, "99999999999999999999", "1", "1");
  tree.file("sys/devices/system/node/node0/access0/initiators/read_latency",
            "99999999999999999999");
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(1));
  const NumaNode& node = topology.nodes[0];
  EXPECT_THAT(node.cpus, IsEmpty());
  EXPECT_EQ(node.memory_bytes, std::nullopt);
  EXPECT_EQ(node.free_bytes, std::nullopt);
  EXPECT_THAT(node.distance, IsEmpty()) << "three distances cannot belong to one node";
  EXPECT_THAT(node.huge_pages_total, IsEmpty());
  EXPECT_THAT(node.huge_pages_free, IsEmpty());
  EXPECT_THAT(node.rated, IsEmpty());
}

TEST(ReadTopology, knows_of_an_empty_tree_only_that_there_is_a_node) {
  const fakes::SysfsTree tree;
  const Topology topology = read_topology(tree.root());
  ASSERT_THAT(topology.nodes, SizeIs(1));
  EXPECT_THAT(topology.nodes[0].cpus, IsEmpty());
  EXPECT_EQ(topology.nodes[0].memory_bytes, std::nullopt);
  EXPECT_THAT(topology.usable_cpus, IsEmpty());
}

TEST(ReadTopology, of_this_host_lists_the_cpu_that_runs_the_test) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  const Topology topology = read_topology("/");
  EXPECT_EQ(static_cast<int>(topology.usable_cpus.size()), CPU_COUNT(&before));
  EXPECT_TRUE(std::is_sorted(topology.usable_cpus.begin(), topology.usable_cpus.end()));
  for (const int cpu : topology.usable_cpus) EXPECT_TRUE(CPU_ISSET(cpu, &before)) << cpu;
}

TEST(ReadTopology, of_this_host_keeps_to_the_affinity_mask) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof before, &before), 0);
  const int last = read_topology("/").usable_cpus.back();
  ASSERT_TRUE(pin_this_thread(last));
  EXPECT_THAT(read_topology("/").usable_cpus, ElementsAre(last));
  ASSERT_EQ(sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(AvailableMemory, reads_MemAvailable_or_nothing) {
  fakes::SysfsTree tree;
  write_bare(tree);
  EXPECT_EQ(available_memory_bytes(tree.root()), 24291668 * kKiB);
  tree.raw("proc/meminfo", "MemTotal:       24682416 kB\n");
  EXPECT_EQ(available_memory_bytes(tree.root()), std::nullopt);
  const auto live = available_memory_bytes("/");
  ASSERT_TRUE(live);
  EXPECT_GT(*live, 0U);
}

}  // namespace
}  // namespace pmembench
