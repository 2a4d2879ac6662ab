// The fields of two environments that differ.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "results/comparison.hpp"

namespace pmembench {
namespace {

TEST(EnvironmentDifferences, name_each_field_that_differs_and_pass_over_what_always_does) {
  const nlohmann::json base = {{"settings", {{"governor", "performance"}, {"thp", "madvise"}}},
                               {"host", {{"kernel", "6.1"}, {"load_1min", 0.1}}},
                               {"numa", {{{"id", 0}, {"free_bytes", 5}}}}};
  nlohmann::json head = base;
  head["settings"]["governor"] = "powersave";
  head["host"]["load_1min"] = 7;
  head["numa"][0]["free_bytes"] = 6;
  head["settings"].erase("thp");
  head["more"] = {1, 2};
  std::vector<std::string> found;
  for (const auto& each : environment_differences(base, head)) {
    found.push_back(each.name + ": " + each.base + " -> " + each.head);
  }
  EXPECT_THAT(found, testing::UnorderedElementsAre("settings.governor: performance -> powersave",
                                                   "settings.thp: madvise -> not there",
                                                   "more: not there -> [1,2]"));
  EXPECT_TRUE(environment_differences(base, base).empty());
  EXPECT_TRUE(environment_differences(nullptr, base).empty());
}

}  // namespace
}  // namespace pmembench
