#include "measure/histogram.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kFirstBeyond = std::uint64_t{1} << 36;

// A value with a uniformly chosen number of bits, so that all octaves are met.
std::uint64_t random_value(Random& random) {
  const std::uint64_t bits = random.below(36) + 1;
  return random() >> (64 - bits);
}

TEST(Histogram, keeps_values_below_256_exactly) {
  for (std::uint32_t value = 0; value < 256; ++value) {
    EXPECT_EQ(Histogram::index_of(value), value);
    EXPECT_EQ(Histogram::bucket_low(value), value);
    EXPECT_EQ(Histogram::bucket_high(value), value);
  }
}

TEST(Histogram, has_buckets_that_touch_and_hold_their_own_bounds) {
  for (std::uint32_t index = 0; index < Histogram::kBucketCount; ++index) {
    const std::uint64_t low = Histogram::bucket_low(index);
    const std::uint64_t high = Histogram::bucket_high(index);
    ASSERT_EQ(Histogram::index_of(low), index);
    ASSERT_EQ(Histogram::index_of(high), index);
    ASSERT_LE(high - low + 1, std::max<std::uint64_t>(1, low / 128)) << "bucket " << index;
    if (index > 0) {
      ASSERT_EQ(Histogram::bucket_high(index - 1) + 1, low);
    }
  }
}

TEST(Histogram, knows_a_value_within_one_part_in_256) {
  constexpr std::uint64_t kSeed = 20240501;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  for (int i = 0; i < 100000; ++i) {
    const std::uint64_t value = random_value(random);
    Histogram one;
    if (i % 100 == 0) {  // through the whole path now and then; it clears 30 KiB
      one.record(value);
      const double error = std::abs(one.quantile(1) - static_cast<double>(value));
      ASSERT_LE(error, static_cast<double>(value) / 256) << value;
      ASSERT_LE(one.minimum(), value);
      ASSERT_GE(one.maximum(), value);
    }
    const std::uint32_t index = Histogram::index_of(value);
    ASSERT_LE(Histogram::bucket_low(index), value);
    ASSERT_GE(Histogram::bucket_high(index), value);
  }
}

TEST(Histogram, counts_everything_from_2_to_the_36_in_the_last_bucket) {
  Histogram histogram;
  histogram.record(kFirstBeyond - 1);
  EXPECT_EQ(histogram.overflow(), 0U);
  histogram.record(kFirstBeyond);
  histogram.record(kFirstBeyond + 12345);
  histogram.record(~std::uint64_t{0});
  EXPECT_EQ(histogram.overflow(), 3U);
  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_EQ(histogram.maximum(), kFirstBeyond);
  EXPECT_EQ(histogram.quantile(1), static_cast<double>(kFirstBeyond));
  EXPECT_EQ(Histogram::index_of(~std::uint64_t{0}), Histogram::kBucketCount - 1);
}

TEST(Histogram, merges_into_what_one_would_have_recorded) {
  constexpr std::uint64_t kSeed = 7;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  Histogram all;
  Histogram parts[3];
  for (int i = 0; i < 30000; ++i) {
    const std::uint64_t value = random() >> random.below(64);
    all.record(value);
    parts[random.below(3)].record(value);
  }
  Histogram merged;
  for (const Histogram& part : parts) merged.merge(part);
  EXPECT_EQ(merged.sparse(), all.sparse());
  EXPECT_EQ(merged.count(), 30000U);
  EXPECT_EQ(merged.overflow(), all.overflow());
  EXPECT_GT(all.overflow(), 0U);
  for (const double share : {0.001, 0.5, 0.9, 0.99, 1.0}) {
    EXPECT_EQ(merged.quantile(share), all.quantile(share));
  }
}

TEST(Histogram, comes_back_from_its_sparse_form) {
  Random random(11);
  Histogram histogram;
  for (int i = 0; i < 1000; ++i) histogram.record(random_value(random));
  histogram.record_many(~std::uint64_t{0}, 5);
  const auto back = Histogram::from_sparse(histogram.sparse());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->sparse(), histogram.sparse());
  EXPECT_EQ(back->count(), 1005U);
  EXPECT_EQ(back->overflow(), 5U);
  EXPECT_TRUE(Histogram().sparse().empty());
}

TEST(Histogram, refuses_a_bucket_that_the_layout_lacks) {
  EXPECT_TRUE(Histogram::from_sparse({{Histogram::kBucketCount - 1, 1}}));
  const auto refused = Histogram::from_sparse({{1, 1}, {Histogram::kBucketCount, 1}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::runtime);
  EXPECT_EQ(refused.error().message,
            "histogram bucket 3841 is out of range (the layout has 3841): the stored histogram is "
            "damaged; measure the cell again");
}

TEST(Histogram, gives_the_smallest_value_that_a_share_lies_at_or_below) {
  Histogram histogram;
  for (std::uint64_t value = 1; value <= 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.quantile(0.5), 50);
  EXPECT_EQ(histogram.quantile(0.501), 51);
  EXPECT_EQ(histogram.quantile(0.07), 7);  // 0.07 * 100 is above 7 in binary
  EXPECT_EQ(histogram.quantile(0.99), 99);
  EXPECT_EQ(histogram.quantile(1), 100);
  EXPECT_EQ(histogram.quantile(1e-9), 1);
  EXPECT_EQ(histogram.mean(), 50.5);
  EXPECT_EQ(histogram.minimum(), 1U);
  EXPECT_EQ(histogram.maximum(), 100U);
}

TEST(Histogram, is_all_zero_when_empty_and_after_clear) {
  Histogram histogram;
  histogram.record_many(1000, 3);
  EXPECT_EQ(histogram.count(), 3U);
  histogram.clear();
  for (const Histogram& empty : {histogram, Histogram()}) {
    EXPECT_EQ(empty.count(), 0U);
    EXPECT_EQ(empty.mean(), 0);
    EXPECT_EQ(empty.minimum(), 0U);
    EXPECT_EQ(empty.maximum(), 0U);
    EXPECT_EQ(empty.quantile(0.5), 0);
  }
}

TEST(Quantile, is_supported_by_ten_samples_above_it) {
  EXPECT_TRUE(quantile_is_supported(20, 0.5));
  EXPECT_FALSE(quantile_is_supported(19, 0.5));
  EXPECT_TRUE(quantile_is_supported(1000, 0.99));
  EXPECT_FALSE(quantile_is_supported(999, 0.99));
  EXPECT_TRUE(quantile_is_supported(10000, 0.999));
  EXPECT_FALSE(quantile_is_supported(9999, 0.999));
  EXPECT_TRUE(quantile_is_supported(100000, 0.9999));  // 1 - 0.9999 is below 0.0001 in binary
  EXPECT_FALSE(quantile_is_supported(99999, 0.9999));
  EXPECT_FALSE(quantile_is_supported(0, 0.5));
}

}  // namespace
}  // namespace pmembench
