#include "plan/placement_words.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

std::string refusal(std::string_view text) {
  const auto words = read_placement(text);
  if (words) return "no error";
  EXPECT_EQ(words.error().kind, ErrorKind::usage);
  return words.error().message;
}

TEST(PlacementWords, reads_lists_and_nodes) {
  const auto words = read_placement("cpus=8,0-2;node=3");
  ASSERT_TRUE(words);
  EXPECT_EQ(words->cpus, (std::vector<int>{8, 0, 1, 2}));
  EXPECT_EQ(words->node, 3);
  EXPECT_FALSE(words->cpu_node);
}

TEST(PlacementWords, refuses_what_is_no_placement) {
  for (const char* text : {"", "neer", "cpu=1", "cpus", "cpus=0;", ";", "node 1", "near;node=1"}) {
    EXPECT_EQ(refusal(text),
              fmt::format("placement '{}' is not understood: write near, far, cpus=0-3;node=1 or "
                          "cpu_node=0;node=1",
                          text));
  }
}

TEST(PlacementWords, names_the_part_that_is_wrong) {
  EXPECT_EQ(refusal("cpus=1-x"), "placement 'cpus=1-x': 'x' is not a whole number");
  EXPECT_EQ(refusal("cpus="), "placement 'cpus=': '' is not a whole number");
  EXPECT_EQ(refusal("cpus=3-1"), "placement 'cpus=3-1': the CPUs 3-1 run backwards");
  EXPECT_EQ(refusal("cpus=0-2,1"), "placement 'cpus=0-2,1': CPU 1 is named twice");
  EXPECT_EQ(refusal("cpus=0-9999"), "placement 'cpus=0-9999': more than 4096 CPUs");
  EXPECT_EQ(refusal("node=-1"), "placement 'node=-1': '-1' is not a whole number");
  EXPECT_EQ(refusal("node=70000"), "placement 'node=70000': 70000 is beyond any CPU or node");
  EXPECT_EQ(refusal("node=1;node=2"), "placement 'node=1;node=2': 'node' is there twice");
  EXPECT_EQ(refusal("cpus=1;cpus=2"), "placement 'cpus=1;cpus=2': 'cpus' is there twice");
  EXPECT_EQ(refusal("cpus=1;cpu_node=0"),
            "placement 'cpus=1;cpu_node=0' names the CPUs twice: give cpus or cpu_node");
}

TEST(PlacementWords, never_fall_over) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    Random random(seed);
    std::string text = random.below(2) == 0 ? "cpus=" : "";
    for (std::uint64_t i = random.below(12); i > 0; --i)
      text += "0123456789,-;=cpusnode_"[random.below(23)];
    const auto words = read_placement(text);
    if (!words) {
      EXPECT_TRUE(words.error().message.starts_with("placement '")) << "seed " << seed;
    }
  }
}

}  // namespace
}  // namespace pmembench
