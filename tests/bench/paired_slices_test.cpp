#include "tests/bench/paired_slices.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace pmembench::bench {
namespace {

std::vector<double> one_to(int n) {
  std::vector<double> values(static_cast<std::size_t>(n));
  std::iota(values.rbegin(), values.rend(), 1.0);
  return values;
}

// Ranks by scipy.stats.binom.ppf(0.025, n, 0.5), as in any table of the sign test.
TEST(MedianInterval, has_the_ranks_of_the_sign_test) {
  const struct {
    int n;
    double median, low, high;
  } rows[] = {{6, 3.5, 1, 6}, {20, 10.5, 6, 15}, {100, 50.5, 40, 61}, {400, 200.5, 180, 221}};
  for (const auto& row : rows) {
    const MedianInterval interval = median_interval(one_to(row.n));
    EXPECT_EQ(interval.median, row.median) << row.n;
    EXPECT_EQ(interval.low, row.low) << row.n;
    EXPECT_EQ(interval.high, row.high) << row.n;
  }
}

TEST(MedianInterval, of_few_values_is_all_of_them) {
  EXPECT_EQ(median_interval({3}).low, 3);
  const MedianInterval interval = median_interval({2, 1, 3});
  EXPECT_EQ(interval.median, 2);
  EXPECT_EQ(interval.low, 1);
  EXPECT_EQ(interval.high, 3);
}

TEST(SpeedRatio, is_above_one_where_ours_needs_less_time) {
  const PairedSlices slices{{1, 2, 4}, {2, 4, 8}};
  EXPECT_EQ(speed_ratio(slices).median, 2);
}

TEST(PairedSlices, gives_both_sides_the_same_number_of_operations) {
  std::vector<std::uint64_t> ours, reference;
  const Work spin = [](std::uint64_t n) {
    for (std::uint64_t i = 0; i < n; ++i) asm volatile("" : : : "memory");
  };
  const PairedSlices slices =
      time_in_pairs([&](std::uint64_t n) { ours.push_back(n), spin(n); },
                    [&](std::uint64_t n) { reference.push_back(n), spin(n); }, 10, 1000, 1);
  EXPECT_EQ(slices.ours_ns.size(), 10U);
  EXPECT_EQ(slices.reference_ns.size(), 10U);
  ASSERT_EQ(ours.size(), 11U);  // One more to warm up.
  for (const std::uint64_t n : ours) EXPECT_EQ(n, reference.back());
}

}  // namespace
}  // namespace pmembench::bench
