#include "crash/crash_targets.hpp"

#include <gtest/gtest.h>

#include <set>

namespace pmembench {
namespace {

TEST(CrashTargets, have_names_of_their_own_and_run) {
  std::set<std::string_view> names;
  for (const CrashTarget& target : crash_target_list()) {
    EXPECT_TRUE(names.insert(target.name).second) << target.name;
    EXPECT_FALSE(target.summary.empty());
    EXPECT_EQ(find_crash_target(target.name), &target);
    const CrashOutcome outcome = target.run({60, 1});
    EXPECT_EQ(outcome.target, target.name);
    EXPECT_EQ(outcome.crashes, 60U);
    EXPECT_FALSE(outcome.expected.empty());
    EXPECT_TRUE(outcome.holds) << target.name << ": " << outcome.example;
  }
  EXPECT_EQ(find_crash_target("nothing"), nullptr);
}

}  // namespace
}  // namespace pmembench
