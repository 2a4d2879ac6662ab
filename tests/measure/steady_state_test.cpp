#include "measure/steady_state.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

TEST(SteadyState, takes_the_median_of_all_slopes) {
  EXPECT_DOUBLE_EQ(theil_sen_slope(std::vector<double>{1, 2, 3, 4}), 1);
  EXPECT_DOUBLE_EQ(theil_sen_slope(std::vector<double>{1, 2, 300, 4, 5}), 1);
}

TEST(SteadyState, needs_the_fewest_values) {
  EXPECT_FALSE(steady_state(std::vector<double>{100, 100, 100}).level);
  EXPECT_TRUE(steady_state(std::vector<double>{100, 100, 100, 100}).enough);
}

TEST(SteadyState, sees_a_trend) {
  const SteadyState state =
      steady_state(std::vector<double>{100, 103, 106, 109, 112, 115, 118, 121});
  EXPECT_GT(state.trend, 0.2);
  EXPECT_FALSE(state.enough);
  EXPECT_FALSE(state.level);
}

TEST(SteadyState, is_level_but_not_known_where_values_scatter) {
  const SteadyState state = steady_state(std::vector<double>{100, 130, 80, 120, 90, 110});
  EXPECT_TRUE(state.level);
  EXPECT_FALSE(state.enough);
  EXPECT_GT(state.half_width, 0.02);
}

TEST(SteadyState, is_more_careful_where_neighbours_resemble_each_other) {
  const std::vector<double> alternating{101, 99, 101, 99, 101, 99, 101, 99};
  const std::vector<double> blocks{101, 101, 101, 101, 99, 99, 99, 99};
  EXPECT_GT(steady_state(blocks).half_width, 1.5 * steady_state(alternating).half_width);
}

TEST(SteadyState, takes_nothing_for_steady) {
  const SteadyState state = steady_state(std::vector<double>{0, 0, 0, 0});
  EXPECT_TRUE(state.enough);
  EXPECT_EQ(state.half_width, 0);
}

// The interval of the mean holds it as often as it says, where values are independent.
TEST(SteadyState, has_an_interval_that_holds) {
  int held = 0;
  constexpr int kTrials = 1000;
  for (int trial = 0; trial < kTrials; ++trial) {
    Random random(static_cast<std::uint64_t>(trial) + 1);
    std::vector<double> values;
    double sum = 0;
    for (int i = 0; i < 8; ++i) {
      double normal = -6;
      for (int j = 0; j < 12; ++j) normal += random.unit();
      values.push_back(100 + 3 * normal);
      sum += values.back();
    }
    const double half = steady_state(values).half_width * 100;
    if (std::abs(sum / 8 - 100) <= half * 1.02) ++held;
  }
  EXPECT_GE(held, 930);
}

}  // namespace
}  // namespace pmembench
