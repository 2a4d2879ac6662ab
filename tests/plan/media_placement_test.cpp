#include "plan/media_placement.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

std::string placed(std::string_view asked, const std::string& media) {
  const auto spec = parse_media(media);
  EXPECT_TRUE(spec) << media;
  const auto placement = place_on_media(asked, 1, *spec, two_sockets(), "");
  if (!placement) {
    EXPECT_EQ(placement.error().kind, ErrorKind::environment) << asked;
    return placement.error().message;
  }
  return "cpu " + std::to_string(placement->cpus.at(0)) + " memory " +
         std::to_string(placement->memory_node);
}

TEST(MediaPlacement, puts_dram_where_it_is_asked_for) {
  EXPECT_EQ(placed("near", "dram:1M"), "cpu 0 memory 0");
  EXPECT_EQ(placed("near", "dram:1M,node=1"), "cpu 4 memory 1");
  EXPECT_EQ(placed("far", "dram:1M"), "cpu 0 memory 1");
}

TEST(MediaPlacement, refuses_memory_that_a_measurement_would_not_get) {
  Topology topology = two_sockets_and_cxl();
  topology.nodes[1].memory_bytes = 0;
  topology.nodes[2].allowed = false;
  const auto refusal = [&](std::string_view asked, const std::string& media) {
    const auto placement = place_on_media(asked, 1, *parse_media(media), topology, "");
    return placement ? "" : placement.error().message;
  };
  const std::string none =
      "node 1 has no memory: name one that `pmembench probe` lists with memory";
  const std::string not_ours =
      "this process may not use the memory of node 2: allow it (cpuset.mems), or name another node";
  EXPECT_EQ(refusal("near", "dram:1M,node=1"), none);
  EXPECT_EQ(refusal("cpus=0;node=1", "dram:1M"), none);
  EXPECT_EQ(refusal("near", "dram:8M,interleave=0:3+1:1"), none);
  EXPECT_EQ(refusal("near", "dram:1M,node=2"), not_ours);
  EXPECT_EQ(refusal("cpu_node=0;node=2", "dram:1M"), not_ours);
  EXPECT_EQ(refusal("near", "dram:8M,interleave=0:3+2:1"), not_ours);
  EXPECT_EQ(refusal("near", "dram:8M,interleave=0:3+7:1"),
            "this host has no node 7: it has 0, 1, 2");
  EXPECT_EQ(refusal("near", "linear:dram:1M,node=2+dram:1M"), not_ours);
  EXPECT_EQ(refusal("near", "dram:1M"), "");
}

TEST(MediaPlacement, leaves_other_media_where_they_lie) {
  EXPECT_EQ(placed("near", "file:/x,size=1M"), "cpu 0 memory -1");
  EXPECT_EQ(placed("cpu_node=1", "block:/x,size=1M"), "cpu 4 memory -1");
  EXPECT_EQ(placed("near", "/dev/dax0.0"), "cpu 0 memory -1") << "its node was not looked for";
  EXPECT_EQ(placed("far", "file:/x,size=1M"),
            "placement far puts memory on a node, and only dram can be put: place the CPUs, as in "
            "cpu_node=0");
  EXPECT_EQ(placed("cpus=0;node=1", "/dev/dax0.0"),
            "placement cpus=0;node=1 puts memory on a node, and only dram can be put: place the "
            "CPUs, as in cpu_node=0");
}

TEST(MediaPlacement, puts_the_cpus_near_most_of_what_is_interleaved) {
  EXPECT_EQ(placed("near", "dram:8M,interleave=0:1+1:3"), "cpu 4 memory -1");
  EXPECT_EQ(placed("near", "dram:8M,interleave=0:3+1:1"), "cpu 0 memory -1");
  EXPECT_EQ(placed("cpu_node=0", "dram:8M,interleave=0:1+1:3"), "cpu 0 memory -1");
  for (const char* asked : {"far", "cpu_node=0;node=1"}) {
    EXPECT_EQ(placed(asked, "dram:8M,interleave=0:1+1:3"),
              fmt::format("placement {} puts memory on a node, and interleave=0:1+1:3 puts it on "
                          "several: place the CPUs, as in cpu_node=0",
                          asked));
  }
}

TEST(MediaPlacement, still_refuses_words_it_does_not_know) {
  const auto spec = parse_media("file:/x,size=1M");
  ASSERT_TRUE(spec);
  const auto placement = place_on_media("neer", 1, *spec, two_sockets(), "");
  ASSERT_FALSE(placement);
  EXPECT_EQ(placement.error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace pmembench
