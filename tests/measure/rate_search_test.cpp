#include "measure/rate_search.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

// Searches where the bound is kept up to `limit`; the trials it took.
int search(RateSearch& search, double limit) {
  int trials = 0;
  while (search.state() == RateSearch::State::searching && trials < 1000) {
    search.tell(search.next() <= limit ? RateAnswer::kept : RateAnswer::missed);
    ++trials;
  }
  return trials;
}

TEST(RateSearch, finds_the_rate_within_the_resolution) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const double limit = std::exp(std::log(1e4) + random.unit() * std::log(100));
    RateSearch one(1e4, 1e6, 0.05);
    EXPECT_LE(search(one, limit), 12);
    ASSERT_EQ(one.state(), RateSearch::State::found) << "seed " << seed;
    EXPECT_LE(one.kept(), limit);
    EXPECT_GT(one.missed(), limit);
    EXPECT_LE(one.missed(), 1.05 * one.kept());
  }
}

TEST(RateSearch, gives_up_where_the_lowest_rate_is_too_high) {
  RateSearch one(1e4, 1e6, 0.05);
  EXPECT_EQ(search(one, 100), 1);
  EXPECT_EQ(one.state(), RateSearch::State::never_kept);
  EXPECT_EQ(one.kept(), 0);
  EXPECT_EQ(one.missed(), 1e4);
}

TEST(RateSearch, ends_where_the_bound_is_beyond_the_highest_rate) {
  RateSearch one(1e4, 1e6, 0.05);
  EXPECT_EQ(search(one, 1e9), 2);
  EXPECT_EQ(one.state(), RateSearch::State::always_kept);
  EXPECT_EQ(one.kept(), 1e6);
}

// At a low rate few operations come: that says nothing of a higher one.
TEST(RateSearch, goes_on_above_a_rate_of_which_nothing_can_be_told) {
  RateSearch one(1e4, 1e6, 0.05);
  int trials = 0;
  while (one.state() == RateSearch::State::searching && ++trials < 1000) {
    const double rate = one.next();
    one.tell(rate < 5e4   ? RateAnswer::cannot_tell
             : rate < 2e5 ? RateAnswer::kept
                          : RateAnswer::missed);
  }
  EXPECT_EQ(one.state(), RateSearch::State::found);
  EXPECT_LE(one.kept(), 2e5);
  EXPECT_LE(one.missed(), 1.05 * one.kept());
}

TEST(RateSearch, never_says_that_no_rate_keeps_a_bound_of_which_nothing_can_be_told) {
  RateSearch none(1e4, 1e6, 0.05);
  none.tell(RateAnswer::cannot_tell);
  none.tell(RateAnswer::cannot_tell);
  EXPECT_EQ(none.state(), RateSearch::State::cannot_tell);
  RateSearch low(1e4, 1e6, 0.05);
  while (low.state() == RateSearch::State::searching) {
    low.tell(low.next() < 5e4 ? RateAnswer::cannot_tell : RateAnswer::missed);
  }
  EXPECT_EQ(low.state(), RateSearch::State::cannot_tell);
  EXPECT_EQ(low.kept(), 0);
}

TEST(RateSearch, reads_a_bound) {
  const auto bound = parse_latency_bound("p99.9=2us");
  ASSERT_TRUE(bound) << bound.error().message;
  EXPECT_EQ(bound->name, "p99.9");
  EXPECT_DOUBLE_EQ(bound->share, 0.999);
  EXPECT_DOUBLE_EQ(bound->limit_ns, 2000);
}

TEST(RateSearch, refuses_what_is_no_bound) {
  for (const char* text :
       {"", "p99", "99=2us", "p0=2us", "p100=2us", "px=2us", "p99=2us=3", "p=1s"}) {
    EXPECT_FALSE(parse_latency_bound(text)) << text;
  }
  EXPECT_EQ(parse_latency_bound("fast").error().message,
            "'fast' is not a bound: write a percentile and a time, such as p99=2us");
  EXPECT_EQ(parse_latency_bound("p99=0ns").error().message,
            "'p99=0ns' is not a bound: nothing takes no time");
}

}  // namespace
}  // namespace pmembench
