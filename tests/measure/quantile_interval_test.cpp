#include "measure/quantile_interval.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(QuantileInterval, takes_the_ranks_of_the_binomial) {
  // Of 10: P(X <= 1) = 1.1 %, P(X <= 2) = 5.5 %.
  const auto ranks = quantile_ranks(10, 0.5);
  ASSERT_TRUE(ranks);
  EXPECT_EQ(ranks->low, 2U);
  EXPECT_EQ(ranks->high, 9U);
  EXPECT_FALSE(quantile_ranks(5, 0.5));
  EXPECT_FALSE(quantile_ranks(0, 0.5));
}

TEST(QuantileInterval, is_as_wide_as_the_buckets_that_hold_its_ranks) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 10; ++value) histogram.record(value * 10);
  const auto interval = quantile_interval(histogram, 0.5);
  ASSERT_TRUE(interval);
  EXPECT_EQ(interval->low, 20);
  EXPECT_EQ(interval->high, 90);
  EXPECT_FALSE(quantile_interval(Histogram(), 0.5));
}

TEST(RateInterval, of_nothing_seen_is_the_rule_of_three) {
  const QuantileInterval none = rate_interval(0, 300, 0.9);  // one-sided 95 %
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(none.high, 3.0 / 300, 1e-4);
  EXPECT_EQ(rate_interval(5, 5).high, 1);
  EXPECT_EQ(rate_interval(0, 0).high, 1);
}

}  // namespace
}  // namespace pmembench
