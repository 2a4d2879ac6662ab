#include "measure/slot_series.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.hpp"

namespace pmembench {
namespace {

TEST(SlotSeries, counts_every_operation_in_the_slot_in_which_it_ended) {
  SlotSeries series(10, 100);
  series.start(1000);
  series.record(1010, 5);
  series.record(1099, 7);
  series.record(1100, 9);  // the first tick of the next slot
  series.record(1450, 300);
  series.record(1600, 1);
  const SlotSummary summary = series.summary(2.0);
  // Up to the last complete slot: the one of tick 1600 had only begun.
  EXPECT_EQ(summary.count, (std::vector<std::uint64_t>{2, 1, 0, 0, 1, 0}));
  EXPECT_DOUBLE_EQ(summary.slot_ns, 200);
  EXPECT_DOUBLE_EQ(summary.mean_ns[0], 12);
  EXPECT_DOUBLE_EQ(summary.maximum_ns[0], 14);
  EXPECT_DOUBLE_EQ(summary.maximum_ns[4], 600);
  EXPECT_TRUE(std::isnan(summary.mean_ns[2]));
  EXPECT_FALSE(summary.cut);
}

TEST(SlotSeries, knows_percentiles_within_its_buckets) {
  SlotSeries series(2, 1'000'000);
  series.start(0);
  for (std::uint64_t i = 1; i <= 10'000; ++i) series.record(i, i);
  series.record(1'500'000, 1);
  const SlotSummary summary = series.summary(1.0);
  ASSERT_EQ(summary.count.size(), 1u);
  EXPECT_NEAR(summary.p50_ns[0], 5000, 80);
  EXPECT_NEAR(summary.p99_ns[0], 9900, 160);
  EXPECT_NEAR(summary.p999_ns[0], 9990, 160);
  EXPECT_DOUBLE_EQ(summary.maximum_ns[0], 10'000);
}

TEST(SlotSeries, leaves_out_a_percentile_that_n_cannot_support) {
  SlotSeries series(2, 1000);
  series.start(0);
  for (std::uint64_t i = 0; i < 999; ++i) series.record(i, 5);
  series.record(1001, 5);
  const SlotSummary summary = series.summary(1.0);
  EXPECT_DOUBLE_EQ(summary.p50_ns[0], 5);
  EXPECT_TRUE(std::isnan(summary.p99_ns[0]));
  EXPECT_TRUE(std::isnan(summary.p999_ns[0]));
}

TEST(SlotSeries, says_that_it_was_cut) {
  SlotSeries series(2, 100);
  series.start(0);
  series.record(50, 1);
  series.record(250, 1);
  const SlotSummary summary = series.summary(1.0);
  EXPECT_TRUE(summary.cut);
  EXPECT_EQ(summary.count, (std::vector<std::uint64_t>{1, 0}));
}

TEST(SlotSeries, has_what_ends_with_the_last_slot) {
  SlotSeries series(10, 100);
  series.start(0);
  series.record(150, 50);
  series.record(200, 70);
  series.finish(200);
  const SlotSummary summary = series.summary(1.0);
  EXPECT_EQ(summary.count, (std::vector<std::uint64_t>{0, 2}));
  EXPECT_DOUBLE_EQ(summary.maximum_ns[1], 70);
  EXPECT_DOUBLE_EQ(summary.last_share, 1);
}

TEST(SlotSeries, begins_anew) {
  SlotSeries series(4, 100);
  series.start(0);
  series.record(350, 77);
  series.clear();
  series.start(10'000);
  series.record(10'050, 3);
  series.record(10'150, 4);
  const SlotSummary summary = series.summary(1.0);
  EXPECT_EQ(summary.count, (std::vector<std::uint64_t>{1}));
  EXPECT_DOUBLE_EQ(summary.maximum_ns[0], 3);
}

TEST(SlotSeries, merges_threads_slot_by_slot) {
  SlotSeries first(4, 100), second(4, 100);
  first.start(0);
  second.start(0);
  first.record(10, 1);
  second.record(20, 9);
  second.record(310, 2);
  first.merge(second);
  const SlotSummary summary = first.summary(1.0);
  EXPECT_EQ(summary.count, (std::vector<std::uint64_t>{2, 0, 0}));
  EXPECT_DOUBLE_EQ(summary.mean_ns[0], 5);
  EXPECT_DOUBLE_EQ(summary.maximum_ns[0], 9);
}

TEST(SlotSeries, loses_no_operation) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    SlotSeries series(64, 1000);
    series.start(0);
    std::uint64_t now = 0;
    std::uint64_t done = 0;
    while (now < 60'000) {
      const std::uint64_t ticks = 1 + random.below(500);
      now += ticks;
      series.record(now, ticks);
      ++done;
    }
    series.record(63'999, 1);
    series.record(64'000, 1);  // completes the last slot
    const SlotSummary summary = series.summary(1.0);
    const std::uint64_t counted =
        std::accumulate(summary.count.begin(), summary.count.end(), std::uint64_t{0});
    EXPECT_EQ(counted, done + 1) << "seed " << seed;
  }
}

TEST(SlotSeries, has_buckets_up_to_the_longest_stall) {
  EXPECT_LT(SlotSeries::index_of(~std::uint64_t{0}), SlotSeries::kBuckets);
  EXPECT_EQ(SlotSeries::index_of(0), 0u);
  for (std::uint64_t value = 1; value < (std::uint64_t{1} << 40); value *= 3) {
    EXPECT_LE(SlotSeries::index_of(value), SlotSeries::index_of(value + 1));
  }
}

TEST(SlotSeries, records_nothing_by_default) { EXPECT_FALSE(SlotSeries().active()); }

}  // namespace
}  // namespace pmembench
