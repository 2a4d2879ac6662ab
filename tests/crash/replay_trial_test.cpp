#include "crash/replay_trial.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(ReplayTrial, finds_every_mark_of_the_small_file_system_clean) {
  const auto outcome = try_replays({300, 5});
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->crashes, 300U);
  EXPECT_TRUE(outcome->holds) << outcome->example;
  const auto again = try_replays({300, 5});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->holds, outcome->holds) << "the seed decides all";
}

}  // namespace
}  // namespace pmembench
