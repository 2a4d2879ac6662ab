#include "plan/placement.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

// "cpus 0 1 memory 0", or the error.
std::string placed(std::string_view asked, unsigned threads, int media_node,
                   const Topology& topology) {
  const auto placement = place(asked, threads, media_node, topology);
  if (!placement) return placement.error().message;
  EXPECT_EQ(placement->asked, asked);
  std::string text = "cpus";
  for (const int cpu : placement->cpus) text += " " + std::to_string(cpu);
  return text + " memory " + std::to_string(placement->memory_node);
}

constexpr const char* kNoCpus =
    "no node has a CPU that this process may use: mount /sys and /proc, or allow it some CPUs "
    "(taskset, cpuset)";

ErrorKind kind_of(std::string_view asked, unsigned threads, int media_node,
                  const Topology& topology) {
  const auto placement = place(asked, threads, media_node, topology);
  EXPECT_FALSE(placement) << asked;
  return placement ? ErrorKind::runtime : placement.error().kind;
}

TEST(PlaceNear, leaves_the_memory_of_the_only_node_to_the_kernel) {
  EXPECT_EQ(placed("near", 1, -1, one_node(2)), "cpus 0 memory -1");
  EXPECT_EQ(placed("near", 2, -1, one_node(2)), "cpus 0 1 memory -1");
  EXPECT_EQ(placed("near", 2, 0, one_node(2)), "cpus 0 1 memory 0");
}

TEST(PlaceNear, goes_where_the_medium_is) {
  EXPECT_EQ(placed("near", 2, -1, two_sockets()), "cpus 0 1 memory 0");
  EXPECT_EQ(placed("near", 2, 1, two_sockets()), "cpus 4 5 memory 1");
}

TEST(PlaceNear, takes_the_nearest_cpus_for_memory_that_has_none) {
  EXPECT_EQ(placed("near", 1, 2, two_sockets_and_cxl()), "cpus 2 memory 2");
}

TEST(PlaceNear, skips_nodes_without_cpus_for_a_medium_of_no_node) {
  const Topology topology = fake_host({fake_node(0, {}), fake_node(1, {0, 1})});
  EXPECT_EQ(placed("near", 1, -1, topology), "cpus 0 memory 1");
}

// Four sockets that say the same distance of everything, and memory behind them.
Topology equal_distances() {
  Topology topology = fake_host({fake_node(0, {0}), fake_node(1, {1}), fake_node(2, {2})});
  for (int id = 3; id < 8; ++id) topology.nodes.push_back(fake_node(id, {}));
  for (NumaNode& node : topology.nodes) {
    for (int other = 0; other < 8; ++other) node.distance[other] = 20;
  }
  topology.nodes[4].best_initiators = {1};
  topology.nodes[5].best_initiators = {2};
  topology.nodes[6].best_initiators = {7};  // a GPU
  topology.nodes[6].best_cpu_initiators = {2};
  return topology;
}

TEST(PlaceNear, takes_the_initiators_that_the_firmware_names_of_equally_near_nodes) {
  EXPECT_EQ(placed("near", 1, 3, equal_distances()), "cpus 0 memory 3") << "nothing is said of it";
  EXPECT_EQ(placed("near", 1, 4, equal_distances()), "cpus 1 memory 4");
  EXPECT_EQ(placed("near", 1, 5, equal_distances()), "cpus 2 memory 5");
  EXPECT_EQ(placed("near", 1, 6, equal_distances()), "cpus 2 memory 6") << "by access1";
}

TEST(PlaceNear, takes_of_several_best_initiators_the_one_that_is_best_with_cpus) {
  Topology topology = equal_distances();
  topology.nodes[7].best_initiators = {0, 1};
  topology.nodes[7].best_cpu_initiators = {1};
  EXPECT_EQ(placed("near", 1, 7, topology), "cpus 1 memory 7");
}

TEST(PlaceFar, leaves_out_the_initiators_that_the_firmware_names_of_equally_far_nodes) {
  EXPECT_EQ(placed("far", 1, 4, equal_distances()), "cpus 0 memory 4");
  Topology topology = equal_distances();
  topology.nodes[4].best_initiators = {0};
  EXPECT_EQ(placed("far", 1, 4, topology), "cpus 1 memory 4");
  topology.nodes[1].best_initiators = {0};
  EXPECT_EQ(placed("far", 1, -1, topology), "cpus 0 memory 2");
}

TEST(PlaceNear, believes_distances_before_initiators) {
  Topology topology = two_sockets_and_cxl();
  topology.nodes[2].best_initiators = {0};
  EXPECT_EQ(placed("near", 1, 2, topology), "cpus 2 memory 2");
}

// A Threadripper in NPS4 with channels that are empty.
TEST(PlaceNear, begins_at_the_first_node_that_has_cpus_and_memory) {
  Topology topology = two_sockets();
  topology.nodes[0].memory_bytes = 0;
  EXPECT_EQ(placed("near", 1, -1, topology), "cpus 4 memory 1");
  topology.usable_cpus = {0, 1};
  EXPECT_EQ(placed("near", 1, -1, topology), "cpus 0 memory 1") << "the nearest memory";
}

TEST(PlaceFar, begins_at_the_first_node_that_has_cpus_and_memory) {
  Topology topology = two_sockets_and_cxl();
  topology.nodes[0].memory_bytes = 0;
  EXPECT_EQ(placed("far", 1, -1, topology), "cpus 2 memory 2");
}

TEST(Place, never_chooses_the_memory_of_an_accelerator_but_takes_it_if_named) {
  Topology topology = two_sockets_and_cxl();
  topology.nodes[2].of_accelerator = true;
  EXPECT_EQ(placed("far", 1, -1, topology), "cpus 0 memory 1");
  EXPECT_EQ(placed("near", 1, 2, topology), "cpus 2 memory 2");
}

TEST(Place, says_that_there_is_no_cpu_where_each_of_their_nodes_is_meant) {
  Topology topology = one_node(2);
  topology.usable_cpus = {};
  EXPECT_EQ(kind_of("cpu_node=each", 1, -1, topology), ErrorKind::environment);
}

TEST(PlaceNear, fills_cores_before_their_siblings) {
  Topology topology = one_node(4);
  topology.core_of_cpu = {{0, 0}, {1, 0}, {2, 2}, {3, 2}};
  EXPECT_EQ(placed("near", 2, -1, topology), "cpus 0 2 memory -1");
  EXPECT_EQ(placed("near", kAllThreads, -1, topology), "cpus 0 2 1 3 memory -1");
}

TEST(CountSiblings, counts_the_threads_that_share_a_core) {
  Topology topology = one_node(4);
  EXPECT_EQ(count_siblings({0, 1, 2, 3}, topology), 0U) << "cores are not known";
  topology.core_of_cpu = {{0, 0}, {1, 0}, {2, 2}, {3, 2}};
  EXPECT_EQ(count_siblings({0, 2}, topology), 0U);
  EXPECT_EQ(count_siblings({0, 2, 1}, topology), 2U);
  EXPECT_EQ(count_siblings({0, 1, 2, 3}, topology), 4U);
}

TEST(PlaceNear, counts_only_cpus_that_the_process_may_use) {
  Topology topology = two_sockets();
  topology.usable_cpus = {3, 5, 6};
  EXPECT_EQ(placed("near", 1, -1, topology), "cpus 3 memory 0");
  EXPECT_EQ(placed("near", kAllThreads, 1, topology), "cpus 5 6 memory 1");
  topology.usable_cpus = {5, 6};
  EXPECT_EQ(placed("near", 2, -1, topology), "cpus 5 6 memory 1");
  EXPECT_EQ(placed("near", 1, 0, topology), "cpus 5 memory 0") << "the nearest node with CPUs";
  topology.usable_cpus = {};
  EXPECT_EQ(placed("near", 1, -1, topology), kNoCpus);
  EXPECT_EQ(placed("near", 1, 0, topology), kNoCpus);
}

TEST(PlaceNear, refuses_more_threads_than_cpus) {
  EXPECT_EQ(placed("near", 5, -1, two_sockets()),
            "5 threads, but node 0 has 4 usable CPUs: use fewer threads");
  EXPECT_EQ(placed("near", 2, -1, one_node(1)),
            "2 threads, but node 0 has 1 usable CPU: use fewer threads");
  EXPECT_EQ(kind_of("near", 5, -1, two_sockets()), ErrorKind::environment);
}

TEST(PlaceNear, refuses_a_node_that_does_not_exist) {
  EXPECT_EQ(placed("near", 1, 7, two_sockets()), "this host has no node 7: it has 0, 1");
  EXPECT_EQ(placed("far", 1, 7, two_sockets()), "this host has no node 7: it has 0, 1");
  EXPECT_EQ(kind_of("near", 1, 7, two_sockets()), ErrorKind::environment);
}

TEST(PlaceFar, puts_the_memory_on_the_most_distant_node) {
  EXPECT_EQ(placed("far", 2, -1, two_sockets()), "cpus 0 1 memory 1");
  EXPECT_EQ(placed("far", 2, -1, two_sockets_and_cxl()), "cpus 0 1 memory 2");
}

TEST(PlaceFar, takes_the_most_distant_cpus_where_the_medium_has_its_node) {
  EXPECT_EQ(placed("far", 1, 0, two_sockets()), "cpus 4 memory 0");
  EXPECT_EQ(placed("far", 1, 1, two_sockets()), "cpus 0 memory 1");
  EXPECT_EQ(placed("far", 1, 2, two_sockets_and_cxl()), "cpus 0 memory 2");
}

TEST(PlaceFar, takes_the_other_node_where_distances_are_unknown) {
  const Topology topology = fake_host({fake_node(0, {0, 1}), fake_node(1, {2, 3})});
  EXPECT_EQ(placed("far", 1, -1, topology), "cpus 0 memory 1");
  EXPECT_EQ(placed("far", 1, 1, topology), "cpus 0 memory 1");
  EXPECT_EQ(placed("far", 1, 0, topology), "cpus 2 memory 0");
}

TEST(PlaceFar, passes_over_nodes_without_memory) {
  Topology topology = two_sockets_and_cxl();
  topology.nodes[2].memory_bytes = 0;
  EXPECT_EQ(placed("far", 1, -1, topology), "cpus 0 memory 1");
  topology.nodes[1].memory_bytes = 0;
  EXPECT_EQ(placed("far", 1, -1, topology),
            "far needs a second node with memory, and only node 0 has any");
}

TEST(PlaceFar, refuses_where_nothing_is_far) {
  EXPECT_EQ(placed("far", 1, -1, one_node(2)), "far needs two NUMA nodes, and this host has one");
  EXPECT_EQ(kind_of("far", 1, -1, one_node(2)), ErrorKind::environment);
  const Topology topology = fake_host({fake_node(0, {0, 1}), fake_node(1, {})});
  EXPECT_EQ(placed("far", 1, 1, topology),
            "far differs from near by nothing: all CPUs are equally far from node 1");
}

TEST(PlaceExplicit, takes_cpus_as_written) {
  EXPECT_EQ(placed("cpus=4,0-1;node=1", 3, -1, two_sockets()), "cpus 4 0 1 memory 1");
  EXPECT_EQ(placed("cpus=2-3", 1, -1, two_sockets()), "cpus 2 memory -1");
  EXPECT_EQ(placed("cpus=2-3", kAllThreads, 0, two_sockets()), "cpus 2 3 memory 0");
}

TEST(PlaceExplicit, takes_nodes_by_number) {
  EXPECT_EQ(placed("cpu_node=0;node=1", 2, -1, two_sockets()), "cpus 0 1 memory 1");
  EXPECT_EQ(placed("node=1;cpu_node=0", 2, -1, two_sockets()), "cpus 0 1 memory 1");
  EXPECT_EQ(placed("cpu_node=1", 1, -1, two_sockets()), "cpus 4 memory -1");
  EXPECT_EQ(placed("node=1", 1, -1, two_sockets()), "cpus 4 memory 1");
}

TEST(PlaceExplicit, refuses_what_this_host_does_not_have) {
  EXPECT_EQ(placed("cpus=9", 1, -1, two_sockets()),
            "CPU 9 does not exist here, or this process may not use it");
  EXPECT_EQ(placed("cpu_node=3", 1, -1, two_sockets()), "this host has no node 3: it has 0, 1");
  EXPECT_EQ(placed("cpus=0;node=3", 1, -1, two_sockets()), "this host has no node 3: it has 0, 1");
  EXPECT_EQ(placed("cpu_node=2", 1, -1, two_sockets_and_cxl()),
            "node 2 has no CPU that this process may use");
  EXPECT_EQ(placed("cpus=0-1", 3, -1, two_sockets()),
            "3 threads, but placement names 2 usable CPUs: use fewer threads");
  for (const char* asked : {"cpus=9", "cpu_node=3", "cpus=0;node=3"}) {
    EXPECT_EQ(kind_of(asked, 1, -1, two_sockets()), ErrorKind::environment);
  }
}

TEST(PlaceExplicit, refuses_two_nodes_for_one_memory) {
  EXPECT_EQ(placed("cpus=0;node=1", 1, 0, two_sockets()),
            "placement 'cpus=0;node=1' puts the memory on node 1, and the media on node 0");
  EXPECT_EQ(kind_of("cpus=0;node=1", 1, 0, two_sockets()), ErrorKind::usage);
  EXPECT_EQ(placed("cpus=0;node=1", 1, 1, two_sockets()), "cpus 0 memory 1");
}

}  // namespace
}  // namespace pmembench
