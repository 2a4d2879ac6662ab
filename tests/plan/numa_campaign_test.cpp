// configs/numa.yaml on hosts of one, two and four nodes: every pair once, and what there is not.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "plan/plan.hpp"
#include "tests/fakes/sysfs/numa_hosts.hpp"
#include "tests/plan/fake_backends.hpp"
#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<Cell> planned(const Topology& topology, const std::string& root) {
  const auto campaign = read_campaign(
      std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../configs/numa.yaml", campaign_schema());
  EXPECT_TRUE(campaign) << campaign.error().message;
  const Registry registry = fake_registry();
  auto plan = make_plan(*campaign, {&registry, &topology, false, root});
  EXPECT_TRUE(plan) << plan.error().message;
  return plan ? std::move(plan).value().cells : std::vector<Cell>{};
}

// "0 to node 1" of the chases that can run, with what is rated behind it.
std::vector<std::string> chases(const std::vector<Cell>& cells) {
  std::vector<std::string> pairs;
  for (const Cell& cell : cells) {
    if (cell.workload != "chase" || !cell.skip_reason.empty() || !cell.pair) continue;
    const NodePair& pair = *cell.pair;
    const auto latency = pair.rated ? pair.rated->read_latency_ns : std::nullopt;
    pairs.push_back(fmt::format("{} to {}{}", pair.initiator_node, pair.target,
                                latency ? fmt::format(", {} ns", *latency) : ""));
  }
  return pairs;
}

std::set<std::string> reasons(const std::vector<Cell>& cells) {
  std::set<std::string> found;
  for (const Cell& cell : cells) {
    if (!cell.skip_reason.empty()) found.insert(cell.skip_reason);
  }
  return found;
}

std::size_t interleaved(const std::vector<Cell>& cells) {
  return static_cast<std::size_t>(std::count_if(cells.begin(), cells.end(), [](const Cell& cell) {
    return cell.pair && !cell.pair->interleave.empty();
  }));
}

constexpr const char* kNoDax =
    "this host has no dax device in device_dax mode: make one with ndctl or daxctl (those in mode "
    "system-ram are NUMA nodes)";

TEST(NumaCampaign, is_one_by_one_on_a_host_of_one_node_and_says_what_there_is_not) {
  const auto cells = planned(one_node(2), "");
  EXPECT_THAT(chases(cells), ElementsAre("0 to node 0"));
  EXPECT_THAT(
      reasons(cells),
      ElementsAre("interleave needs two NUMA nodes with memory, and this host has one", kNoDax));
}

TEST(NumaCampaign, has_every_pair_of_two_nodes) {
  fakes::SysfsTree tree;
  fakes::write_two_nodes(tree);
  const auto cells = planned(read_topology(tree.root()), tree.root());
  EXPECT_THAT(chases(cells),
              UnorderedElementsAre("0 to node 0", "1 to node 0", "0 to node 1", "1 to node 1"));
  EXPECT_EQ(interleaved(cells), 2U * 2 * 7) << "from each node, read and written";
  EXPECT_THAT(reasons(cells), ElementsAre(kNoDax));
}

TEST(NumaCampaign, has_memory_without_cpus_and_dax_devices_as_targets_with_their_ratings) {
  fakes::SysfsTree tree;
  fakes::write_four_nodes(tree, true);
  const auto cells = planned(read_topology(tree.root()), tree.root());
  EXPECT_THAT(chases(cells),
              UnorderedElementsAre("0 to node 0, 90 ns", "1 to node 0", "0 to node 1",
                                   "1 to node 1, 90 ns", "0 to node 2, 250 ns", "1 to node 2",
                                   "0 to node 3", "1 to node 3, 260 ns", "0 to dax1.0",
                                   "1 to dax1.0, 270 ns", "0 to dax2.0", "1 to dax2.0"));
  EXPECT_THAT(reasons(cells), IsEmpty());
  EXPECT_EQ(interleaved(cells), 2U * 2 * 3 * 7) << "each node with CPUs and one of the others";
  for (const Cell& cell : cells) {
    if (!cell.pair || cell.pair->target != "dax2.0") continue;
    EXPECT_FALSE(cell.pair->target_node) << "-1 is unknown, never 0";
  }
}

TEST(NumaCampaign, rates_nothing_where_the_firmware_does_not) {
  fakes::SysfsTree tree;
  fakes::write_four_nodes(tree, false);
  const auto cells = planned(read_topology(tree.root()), tree.root());
  EXPECT_EQ(chases(cells).size(), 12U);
  for (const Cell& cell : cells) EXPECT_FALSE(cell.pair && cell.pair->rated) << cell.name;
}

TEST(NumaCampaign, stays_below_the_limit_of_cells_on_sixteen_nodes) {
  fakes::SysfsTree tree;
  fakes::write_online_cpus(tree, 32);
  std::string distances;
  for (int node = 0; node < 16; ++node) distances += "10 ";
  for (int node = 0; node < 16; ++node) {
    fakes::write_node(tree, node, fmt::format("{}-{}", 2 * node, 2 * node + 1), 64000000, 60000000,
                      distances);
  }
  const auto cells = planned(read_topology(tree.root()), tree.root());
  EXPECT_EQ(interleaved(cells), 16U * 15 * 7 * 2);
  EXPECT_LT(cells.size(), 5000U);
}

TEST(NumaCampaign, counts_what_each_stands_for_against_the_limit_of_cells) {
  fakes::SysfsTree tree;
  fakes::write_online_cpus(tree, 32);
  for (int node = 0; node < 16; ++node) {
    fakes::write_node(tree, node, fmt::format("{}-{}", 2 * node, 2 * node + 1), 64000000, 60000000,
                      "10");
  }
  const Topology topology = read_topology(tree.root());
  const auto campaign = read_campaign_text(R"(
name: many
backend: movnt
workload: random
placement: cpu_node=each
media: "dram:1M,node=each"
cells:
  - matrix:
      operation_size: [64, 128, 256, 512, 1K, 2K, 4K, 8K]
      batch: [1, 2, 3, 4, 5, 6, 7, 8]
)",
                                           "many", campaign_schema());
  ASSERT_TRUE(campaign) << campaign.error().message;
  const Registry registry = fake_registry();
  const auto plan = make_plan(*campaign, {&registry, &topology, false, tree.root()});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::usage);
  EXPECT_THAT(plan.error().message,
              testing::HasSubstr("on this host the campaign makes more than 10000 cells"));
}

TEST(NumaCampaign, makes_one_matrix_of_nodes_with_unlike_numbers_of_cpus) {
  fakes::SysfsTree tree;
  fakes::write_four_nodes(tree, false);
  fakes::write_online_cpus(tree, 6);
  fakes::write_node(tree, 1, "2-5", 64000000, 60000000, "21 10 24 14");
  std::map<std::string, std::set<unsigned>> threads;
  for (const Cell& cell : planned(read_topology(tree.root()), tree.root())) {
    if (cell.pair && cell.workload == "sequential") {
      threads[cell.pair->group].insert(cell.threads);
    }
  }
  EXPECT_THAT(
      threads["movnt/direct/sequential/operation_size=16K,access=load,durability=batch/tall"],
      ElementsAre(2U, 4U))
      << threads.begin()->first;
}

}  // namespace
}  // namespace pmembench
