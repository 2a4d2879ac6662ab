#include "run/budget.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

TEST(Budget, is_over_when_its_time_is) {
  fakes::SteppingClock clock(0);
  const Budget budget(clock, 1000);
  EXPECT_FALSE(budget.over());
  EXPECT_EQ(budget.left_ns(), 1000);
  clock.advance(400);
  EXPECT_EQ(budget.elapsed_ns(), 400);
  EXPECT_EQ(budget.left_ns(), 600);
  EXPECT_EQ(budget.left_ns(0.5), 100);
  clock.advance(600);
  EXPECT_TRUE(budget.over());
  clock.advance(600);
  EXPECT_EQ(budget.left_ns(), 0);
}

}  // namespace
}  // namespace pmembench
