#include "measure/estimate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

using Values = std::vector<double>;

TEST(Median, is_the_middle_or_the_mean_of_the_middle_two) {
  EXPECT_EQ(median(Values{3}), 3);
  EXPECT_EQ(median(Values{5, 1, 3}), 3);
  EXPECT_EQ(median(Values{4, 1, 2, 10}), 3);
  EXPECT_EQ(median(Values{2, 2, 2, 7}), 2);
}

TEST(Median, leaves_its_input_alone) {
  const Values values{5, 1, 3};
  EXPECT_EQ(median(values), 3);
  EXPECT_THAT(values, testing::ElementsAre(5, 1, 3));
}

// Table A.4 of Hollander, Wolfe, Chicken: P(T+ >= 0.05 tail) and the like.
TEST(SignedRank, agrees_with_the_printed_tables) {
  EXPECT_DOUBLE_EQ(signed_rank_cdf(3, 0), 1.0 / 8);
  EXPECT_DOUBLE_EQ(signed_rank_cdf(3, 3), 5.0 / 8);
  EXPECT_DOUBLE_EQ(signed_rank_cdf(5, 0), 1.0 / 32);
  EXPECT_DOUBLE_EQ(signed_rank_cdf(6, 0), 1.0 / 64);
  EXPECT_NEAR(signed_rank_cdf(8, 3), 0.0195, 5e-5);
  EXPECT_NEAR(signed_rank_cdf(8, 4), 0.0273, 5e-5);
  EXPECT_NEAR(signed_rank_cdf(10, 8), 0.0244, 5e-5);
  EXPECT_NEAR(signed_rank_cdf(10, 9), 0.0322, 5e-5);
  EXPECT_EQ(signed_rank_cdf(10, 55), 1);
  EXPECT_EQ(signed_rank_cdf(10, 1000), 1);
}

TEST(SignedRank, is_symmetric_and_rises_to_one) {
  for (unsigned n = 1; n <= 60; ++n) {
    const unsigned largest = n * (n + 1) / 2;
    double before = 0;
    for (unsigned t = 0; t <= largest; ++t) {
      const double now = signed_rank_cdf(n, t);
      ASSERT_GE(now, before) << n << " " << t;
      if (t < largest) {
        ASSERT_NEAR(now, 1 - signed_rank_cdf(n, largest - t - 1), 1e-12);
      }
      before = now;
      if (n > 20) t += largest / 16;  // every t of a large n takes long under a sanitizer
    }
  }
}

TEST(SignedRank, goes_over_into_the_normal_beyond_60_pairs) {
  const unsigned t = 600;  // in the lower tail of both
  EXPECT_GT(signed_rank_cdf(60, t), signed_rank_cdf(61, t));
  EXPECT_NEAR(signed_rank_cdf(61, t), 0.0064, 0.0005);
  // Symmetric as the exact one is: only so with the continuity correction.
  EXPECT_NEAR(signed_rank_cdf(61, 900), 1 - signed_rank_cdf(61, 61 * 62 / 2 - 900 - 1), 1e-12);
  EXPECT_EQ(signed_rank_cdf(61, 61 * 62 / 2), 1);
}

TEST(HodgesLehmann, has_no_interval_below_six_values_at_95_percent) {
  for (std::size_t n = 1; n < 6; ++n) {
    Values values;
    for (std::size_t i = 0; i < n; ++i) values.push_back(static_cast<double>(i * i));
    const Estimate estimate = hodges_lehmann(values);
    EXPECT_FALSE(estimate.has_interval) << n;
    EXPECT_EQ(estimate.low, estimate.estimate);
    EXPECT_EQ(estimate.high, estimate.estimate);
  }
  EXPECT_TRUE(hodges_lehmann(Values{1, 2, 4, 8, 16, 32}).has_interval);
  EXPECT_FALSE(hodges_lehmann(Values{1, 2, 4, 8, 16, 32}, 0.99).has_interval);
  EXPECT_TRUE(hodges_lehmann(Values{1, 2, 4, 8}, 0.80).has_interval);
  // Exactly as rare as asked is rare enough: 1/32 in each tail.
  EXPECT_TRUE(hodges_lehmann(Values{1, 2, 4, 8, 16}, 0.9375).has_interval);
}

TEST(HodgesLehmann, spans_all_walsh_averages_at_six_values) {
  const Estimate estimate = hodges_lehmann(Values{32, 1, 8, 2, 16, 4});
  EXPECT_EQ(estimate.low, 1);
  EXPECT_EQ(estimate.high, 32);
  EXPECT_EQ(estimate.estimate, 8.5);  // the 11th of 21 averages
}

TEST(HodgesLehmann, takes_the_ninth_average_from_each_end_at_ten_values) {
  // 1, 2, 4, ..., 512: all Walsh averages differ, and their order is plain to see. From below:
  // 1, 1.5, 2, 2.5, 3, 4, 4.5, 5, 6; from above: 512, 384, 320, 288, 272, 264, 260, 258, 257.
  Values values;
  for (int i = 0; i < 10; ++i) values.push_back(std::ldexp(1.0, i));
  const Estimate estimate = hodges_lehmann(values);
  EXPECT_TRUE(estimate.has_interval);
  EXPECT_EQ(estimate.low, 6);
  EXPECT_EQ(estimate.high, 257);
}

TEST(HodgesLehmann, keeps_ties) {
  const Estimate estimate = hodges_lehmann(Values{5, 5, 5, 5, 5, 5, 5});
  EXPECT_TRUE(estimate.has_interval);
  EXPECT_EQ(estimate.low, 5);
  EXPECT_EQ(estimate.high, 5);
  EXPECT_EQ(estimate.estimate, 5);
}

TEST(HodgesLehmann, shifts_with_its_values_and_does_not_see_their_order) {
  constexpr std::uint64_t kSeed = 99;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  Values values;
  for (int i = 0; i < 12; ++i) values.push_back(random.unit());
  const Estimate before = hodges_lehmann(values);
  Values moved(values.rbegin(), values.rend());
  for (double& value : moved) value += 10;
  const Estimate after = hodges_lehmann(moved);
  EXPECT_NEAR(after.estimate, before.estimate + 10, 1e-12);
  EXPECT_NEAR(after.low, before.low + 10, 1e-12);
  EXPECT_NEAR(after.high, before.high + 10, 1e-12);
}

// The claim of an interval is its coverage: of 4000 runs of 10 values about 95 % must hold the
// truth (exactly 1 - 2 P(T+ <= 8) = 95.1 %; four standard errors are 1.4 %).
TEST(HodgesLehmann, covers_the_truth_as_often_as_it_says) {
  constexpr std::uint64_t kSeed = 5;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  int covered = 0;
  for (int run = 0; run < 4000; ++run) {
    Values values;
    for (int i = 0; i < 10; ++i) values.push_back(random.unit() - random.unit());
    const Estimate estimate = hodges_lehmann(values);
    covered += estimate.low <= 0 && 0 <= estimate.high ? 1 : 0;
  }
  EXPECT_NEAR(covered / 4000.0, 0.951, 0.014);
}

TEST(Slope, is_that_of_the_line_through_the_values) {
  EXPECT_DOUBLE_EQ(least_squares_slope(Values{1, 3, 5, 7}), 2);
  EXPECT_DOUBLE_EQ(least_squares_slope(Values{4, 4, 4}), 0);
  EXPECT_DOUBLE_EQ(least_squares_slope(Values{10, 7}), -3);
  EXPECT_DOUBLE_EQ(least_squares_slope(Values{1, 2, 2, 3}), 0.6);
}

TEST(Autocorrelation, of_lag_one_matches_numbers_worked_by_hand) {
  EXPECT_DOUBLE_EQ(lag1_autocorrelation(Values{1, 2, 3, 4, 5}), 0.4);
  EXPECT_DOUBLE_EQ(lag1_autocorrelation(Values{1, -1, 1, -1}), -0.75);
}

TEST(Autocorrelation, is_zero_for_few_or_constant_values) {
  EXPECT_EQ(lag1_autocorrelation(Values{}), 0);
  EXPECT_EQ(lag1_autocorrelation(Values{1, 9}), 0);
  EXPECT_EQ(lag1_autocorrelation(Values{3, 3, 3, 3}), 0);
}

}  // namespace
}  // namespace pmembench
