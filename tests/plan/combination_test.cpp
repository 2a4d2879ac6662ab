#include "plan/combination.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pmembench {
namespace {

CellGroup group() {
  CellGroup group;
  group.at = {"c.yaml", 2, 3};
  group.axes = {{"a", {}, {{"1", {"c.yaml", 3, 1}}, {"2", {"c.yaml", 3, 4}}}, false},
                {"b", {}, {{"x", {"c.yaml", 4, 1}}}, false},
                {"c", {}, {{"7", {}}, {"8", {}}, {"9", {}}}, false}};
  return group;
}

TEST(Combinations, run_with_the_last_axis_fastest) {
  std::vector<std::string> seen;
  const CellGroup all = group();
  ASSERT_TRUE(for_each_combination(all, [&](const Combination& one) -> Status {
    seen.push_back(one.find("a")->text + one.find("b")->text + one.find("c")->text);
    return {};
  }));
  EXPECT_EQ(seen, (std::vector<std::string>{"1x7", "1x8", "1x9", "2x7", "2x8", "2x9"}));
}

TEST(Combinations, of_no_axes_are_one) {
  int visits = 0;
  const CellGroup empty;
  ASSERT_TRUE(for_each_combination(empty, [&](const Combination&) -> Status {
    ++visits;
    return {};
  }));
  EXPECT_EQ(visits, 1);
}

TEST(Combinations, end_at_the_first_error) {
  int visits = 0;
  const CellGroup all = group();
  const Status status = for_each_combination(all, [&](const Combination&) -> Status {
    if (++visits == 2) return usage_error("enough");
    return {};
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "enough");
  EXPECT_EQ(visits, 2);
}

TEST(Combinations, know_values_defaults_and_places) {
  const CellGroup all = group();
  const std::vector<std::size_t> indices{1, 0, 2};
  const Combination one(all, indices);
  EXPECT_EQ(one.text_or("a", "-"), "2");
  EXPECT_EQ(one.text_or("z", "-"), "-");
  EXPECT_EQ(one.find("z"), nullptr);
  EXPECT_EQ(one.at("a").text(), "c.yaml:3:4");
  EXPECT_EQ(one.at("z").text(), "c.yaml:2:3");
}

}  // namespace
}  // namespace pmembench
