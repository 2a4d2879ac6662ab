#include "measure/spread.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

using Values = std::vector<double>;

TEST(Spread, is_not_moved_by_an_outlier) {
  EXPECT_DOUBLE_EQ(robust_deviation(Values{1, 2, 3, 4, 5}), 1.4826);
  EXPECT_DOUBLE_EQ(robust_deviation(Values{1, 2, 3, 4, 5000}), 1.4826);
  EXPECT_DOUBLE_EQ(standard_deviation(Values{1, 2, 3, 4, 5}), 1.5811388300841898);
  EXPECT_EQ(standard_deviation(Values{3}), 0);
}

TEST(Quantiles, match_the_tables) {
  EXPECT_NEAR(student_quantile(0.999, 7), 4.785, 5e-4);
  EXPECT_NEAR(student_quantile(0.999, 29), 3.396, 5e-4);
  EXPECT_NEAR(student_quantile(0.025, 1), -12.706, 5e-4);
  EXPECT_NEAR(normal_quantile(0.975), 1.959964, 1e-6);
}

}  // namespace
}  // namespace pmembench
