#include "plan/expand_each.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;

std::vector<std::string> expanded(const std::string& key, const std::vector<std::string>& values,
                                  const Topology& topology, const std::string& root = "") {
  CellGroup group;
  CampaignAxis axis;
  axis.key = key;
  for (const std::string& text : values) axis.values.push_back({text, {"c.yaml", 3, 5}});
  group.axes = {axis};
  const CellGroup result = expand_each(group, topology, root);
  std::vector<std::string> texts;
  for (const CampaignValue& value : result.axes.at(0).values) {
    EXPECT_EQ(value.at.line, 3) << "an error still points to what was written";
    texts.push_back(value.text);
  }
  return texts;
}

// Two sockets, and behind each a memory-only node.
Topology four_nodes() {
  return fake_host(
      {fake_node(0, {0, 1}), fake_node(1, {2, 3}), fake_node(2, {}), fake_node(3, {})});
}

TEST(ExpandEach, names_every_node_with_memory) {
  EXPECT_THAT(expanded("media", {"dram:1M,node=each,pages=4k"}, four_nodes()),
              ElementsAre("dram:1M,node=0,pages=4k", "dram:1M,node=1,pages=4k",
                          "dram:1M,node=2,pages=4k", "dram:1M,node=3,pages=4k"));
  EXPECT_THAT(expanded("media", {"dram:1M,pages=4k,node=each"}, one_node(2)),
              ElementsAre("dram:1M,pages=4k,node=0"));
  Topology without = four_nodes();
  without.nodes[1].memory_bytes = 0;
  EXPECT_THAT(expanded("media", {"dram:1M,node=each"}, without),
              ElementsAre("dram:1M,node=0", "dram:1M,node=2", "dram:1M,node=3"));
}

TEST(ExpandEach, names_every_node_with_cpus_that_may_be_used) {
  EXPECT_THAT(expanded("placement", {"cpu_node=each"}, four_nodes()),
              ElementsAre("cpu_node=0", "cpu_node=1"));
  EXPECT_THAT(expanded("placement", {"cpu_node=each;node=1"}, four_nodes()),
              ElementsAre("cpu_node=0;node=1", "cpu_node=1;node=1"));
  Topology fewer = four_nodes();
  fewer.usable_cpus = {2};
  EXPECT_THAT(expanded("placement", {"near", "cpu_node=each"}, fewer),
              ElementsAre("near", "cpu_node=1"));
}

TEST(ExpandEach, pairs_each_cpu_with_each_other_once) {
  EXPECT_THAT(expanded("placement", {"pair=each"}, four_nodes()),
              ElementsAre("cpus=0,1", "cpus=0,2", "cpus=0,3", "cpus=1,2", "cpus=1,3", "cpus=2,3"));
  EXPECT_THAT(expanded("placement", {"pair=each;node=1"}, one_node(2)),
              ElementsAre("cpus=0,1;node=1"));
  Topology siblings = one_node(4);
  siblings.core_of_cpu = {{0, 0}, {1, 1}, {2, 0}, {3, 1}};
  EXPECT_THAT(expanded("placement", {"pair=each"}, siblings), ElementsAre("cpus=0,1"))
      << "one CPU of each core";
  EXPECT_THAT(expanded("placement", {"pair=each"}, one_node(1)), ElementsAre("cpus=0,1"));
  EXPECT_EQ(expanded("placement", {"pair=each"}, one_node(100)).size(), 32U * 31 / 2);
}

TEST(ExpandEach, deals_pages_out_between_every_two_nodes_that_a_cpu_is_on) {
  EXPECT_THAT(
      expanded("media", {"dram:1M,interleave=each"}, two_sockets()),
      ElementsAre("dram:1M,node=0", "dram:1M,interleave=0:7+1:1", "dram:1M,interleave=0:3+1:1",
                  "dram:1M,interleave=0:5+1:3", "dram:1M,interleave=0:1+1:1",
                  "dram:1M,interleave=0:3+1:5", "dram:1M,interleave=0:1+1:3",
                  "dram:1M,interleave=0:1+1:7", "dram:1M,node=1"));
  const auto four = expanded("media", {"dram:1M,interleave=each"}, four_nodes());
  EXPECT_EQ(four.size(), 5U * 7 + 4) << "2 and 3 have no CPU: nobody is near either";
}

TEST(ExpandEach, leaves_what_there_is_none_of_as_it_was_written) {
  EXPECT_THAT(expanded("media", {"dram:1M,interleave=each"}, one_node(2)),
              ElementsAre("dram:1M,interleave=each"));
  EXPECT_THAT(expanded("media", {"devdax:each"}, one_node(2)), ElementsAre("devdax:each"));
}

TEST(ExpandEach, names_every_dax_device_that_can_be_mapped) {
  fakes::SysfsTree tree;
  fakes::write_cxl_host(tree);
  EXPECT_THAT(expanded("media", {"devdax:each", "dram:1M"}, one_node(2), tree.root()),
              ElementsAre("/dev/dax1.0", "dram:1M"))
      << "dax0.0 is a node, since kmem drives it";
  EXPECT_THAT(expanded("media", {"devdax:each,size=1G"}, one_node(2), tree.root()),
              ElementsAre("/dev/dax1.0,size=1G"));
}

TEST(ExpandEach, touches_no_other_word) {
  for (const char* media :
       {"file:/tmp/node=each", "block:/x,size=1M", "dram:1M,node=eachx", "dram:1M,xnode=each"}) {
    EXPECT_THAT(expanded("media", {media}, two_sockets()), ElementsAre(media));
  }
  EXPECT_THAT(expanded("order", {"cpu_node=each"}, two_sockets()), ElementsAre("cpu_node=each"));
}

}  // namespace
}  // namespace pmembench
