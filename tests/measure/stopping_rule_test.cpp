#include "measure/stopping_rule.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace pmembench {
namespace {

Estimate interval(double estimate, double low, double high) { return {estimate, low, high, true}; }

TEST(StoppingRule, stops_once_the_interval_is_narrow_enough) {
  const StoppingRule rule;
  EXPECT_TRUE(rule.converged(interval(100, 98, 102), 6));
  EXPECT_FALSE(rule.wants_more(interval(100, 98, 102), 6));
  EXPECT_FALSE(rule.converged(interval(100, 97.9, 102), 6));
  EXPECT_TRUE(rule.wants_more(interval(100, 97.9, 102), 6));
}

TEST(StoppingRule, wants_the_fewest_replicates_however_narrow_the_interval) {
  const StoppingRule rule{.half_width = 0.5, .minimum_replicates = 10, .maximum_replicates = 40};
  EXPECT_FALSE(rule.converged(interval(100, 100, 100), 9));
  EXPECT_TRUE(rule.wants_more(interval(100, 100, 100), 9));
  EXPECT_TRUE(rule.converged(interval(100, 100, 100), 10));
}

TEST(StoppingRule, stops_at_the_most_replicates_without_having_converged) {
  const StoppingRule rule;
  EXPECT_TRUE(rule.wants_more(interval(100, 50, 150), 39));
  EXPECT_FALSE(rule.wants_more(interval(100, 50, 150), 40));
  EXPECT_FALSE(rule.converged(interval(100, 50, 150), 40));
}

TEST(StoppingRule, has_not_converged_without_an_interval) {
  const StoppingRule rule;
  EXPECT_FALSE(rule.converged({100, 100, 100, false}, 20));
  EXPECT_TRUE(rule.wants_more({100, 100, 100, false}, 20));
}

TEST(StoppingRule, is_relative_to_the_estimates_size_not_its_sign) {
  const StoppingRule rule;
  EXPECT_TRUE(rule.converged(interval(-100, -101, -99), 6));
  EXPECT_FALSE(rule.converged(interval(0, 0, 0), 6));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(rule.converged(interval(nan, nan, nan), 6));
}

}  // namespace
}  // namespace pmembench
