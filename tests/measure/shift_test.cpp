#include "measure/shift.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

using Values = std::vector<double>;

TEST(Shift, is_the_median_of_all_differences) {
  const Estimate shift = hodges_lehmann_shift(Values{1, 2}, Values{4, 7, 11});
  EXPECT_DOUBLE_EQ(shift.estimate, 5.5);  // 2 3 5 6 9 10
  EXPECT_FALSE(shift.has_interval);
  EXPECT_EQ(shift.low, shift.estimate);
}

TEST(Shift, has_an_interval_from_four_on_each_side) {
  // C(8, 4) = 70 orders: only the most extreme is rarer than 2.5 %.
  const Estimate shift = hodges_lehmann_shift(Values{1, 2, 3, 4}, Values{11, 12, 13, 14});
  EXPECT_TRUE(shift.has_interval);
  EXPECT_DOUBLE_EQ(shift.low, 7);
  EXPECT_DOUBLE_EQ(shift.high, 13);
  EXPECT_FALSE(hodges_lehmann_shift(Values{1, 2, 3}, Values{11, 12, 13}).has_interval);
}

TEST(Shift, counts_the_orders_exactly_and_up_to_forty) {
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(4, 4, 0), 1.0 / 70);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(2, 2, 1), 2.0 / 6);
  EXPECT_DOUBLE_EQ(mann_whitney_cdf(40, 40, 1600), 1);
  EXPECT_NEAR(mann_whitney_cdf(40, 40, 800), 0.5, 0.005);
}

TEST(MannWhitney, counts_ties_exactly) {
  EXPECT_DOUBLE_EQ(mann_whitney_p_value(Values{1, 2}, Values{3, 4}), 2.0 / 6);
  EXPECT_DOUBLE_EQ(mann_whitney_p_value(Values{1, 1}, Values{1, 1}), 1);
  EXPECT_DOUBLE_EQ(mann_whitney_p_value(Values(100, 5.0), Values(100, 5.0)), 1);
}

}  // namespace
}  // namespace pmembench
