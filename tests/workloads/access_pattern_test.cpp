#include "workloads/access_pattern.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>
#include <map>
#include <set>

namespace pmembench {
namespace {

std::vector<std::uint64_t> offsets(dax_iter iter, std::uint64_t count) {
  std::vector<std::uint64_t> result;
  for (std::uint64_t i = 0; i < count; ++i) result.push_back(dax_iter_next(&iter));
  return result;
}

TEST(AccessPattern, gives_threads_parts_that_do_not_touch) {
  EXPECT_EQ(position_region(1000, 64, false, 1, 3).offset_bytes, 320u);
  EXPECT_EQ(position_region(1000, 64, false, 1, 3).size_bytes, 320u);
  EXPECT_EQ(position_region(1000, 64, true, 2, 3).offset_bytes, 0u);
  EXPECT_EQ(position_region(1000, 64, true, 2, 3).size_bytes, 960u);
  EXPECT_EQ(position_region(100, 64, false, 0, 2).size_bytes, 0u);
}

TEST(AccessPattern, visits_slots_in_sequence_and_round_again) {
  for (const std::uint64_t slots : {1, 2, 3, 7, 64, 1000, 1023}) {
    const dax_iter iter = sequential_iter({4096, slots * 64}, 64, 0);
    const auto seen = offsets(iter, 3 * slots);
    for (std::uint64_t i = 0; i < seen.size(); ++i) {
      ASSERT_EQ(seen[i], 4096 + (i % slots) * 64) << slots << " slots, step " << i;
    }
  }
}

TEST(AccessPattern, begins_a_sequence_at_a_share_of_the_range) {
  EXPECT_EQ(offsets(sequential_iter({0, 100 * 64}, 64, 0.5), 1).front(), 50u * 64);
}

TEST(AccessPattern, strides_from_range_to_range) {
  EXPECT_EQ(offsets(strided_iter({0, 3 * 4096}, 64, 4096), 4),
            (std::vector<std::uint64_t>{0, 4096, 8192, 0}));
}

TEST(AccessPattern, draws_uniformly_inside_the_region) {
  const std::uint64_t slots = 100;
  std::map<std::uint64_t, int> counts;
  for (const std::uint64_t offset : offsets(uniform_iter({640, slots * 64}, 64, 3), 100'000)) {
    ASSERT_GE(offset, 640u);
    ASSERT_LT(offset, 640 + slots * 64);
    ASSERT_EQ(offset % 64, 0u);
    ++counts[offset];
  }
  // Chi squared with 99 degrees of freedom: 160 lies beyond the 99.99 % point.
  double chi = 0;
  for (const auto& [offset, count] : counts) chi += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_EQ(counts.size(), slots);
  EXPECT_LT(chi, 160);
}

TEST(AccessPattern, repeats_for_a_seed_and_differs_for_another) {
  const Region region{0, 1 << 20};
  EXPECT_EQ(offsets(uniform_iter(region, 64, 3), 50), offsets(uniform_iter(region, 64, 3), 50));
  EXPECT_NE(offsets(uniform_iter(region, 64, 3), 50), offsets(uniform_iter(region, 64, 4), 50));
}

TEST(ZipfTable, scrambles_ranks_without_losing_one) {
  for (const std::uint64_t slots : {1, 2, 5, 100, 4097}) {
    const ZipfTable table(slots, 0.99, 5, 5);
    std::set<std::uint64_t> seen;
    for (std::uint64_t rank = 0; rank < slots; ++rank) seen.insert(table.slot_of_rank(rank));
    EXPECT_EQ(seen.size(), slots);
    EXPECT_LT(*seen.rbegin(), slots);
  }
}

TEST(ZipfTable, keeps_hot_slots_apart) {
  const ZipfTable table(1 << 20, 0.99, 5, 5);
  for (std::uint64_t rank = 0; rank < 8; ++rank) {
    const auto a = static_cast<std::int64_t>(table.slot_of_rank(rank));
    const auto b = static_cast<std::int64_t>(table.slot_of_rank(rank + 1));
    EXPECT_GT(std::abs(a - b), 64);
  }
}

TEST(ZipfTable, visits_ranks_as_often_as_zipf_says) {
  for (const double alpha : {0.5, 0.99, 1.5}) {
    const std::uint64_t slots = 1000;
    ZipfTable table(slots, alpha, 9, 9);
    std::map<std::uint64_t, double> counts;
    double draws = 0;
    for (std::uint64_t interval = 0; interval < 40; ++interval) {
      table.fill(interval);
      for (const std::uint32_t slot : table.entries()) ++counts[slot], ++draws;
    }
    double norm = 0;
    for (std::uint64_t k = 1; k <= slots; ++k) norm += std::pow(k, -alpha);
    for (const std::uint64_t rank : {0, 1, 2, 9, 99}) {
      const double expected = std::pow(rank + 1, -alpha) / norm * draws;
      const double found = counts[table.slot_of_rank(rank)];
      EXPECT_NEAR(found, expected, 6 * std::sqrt(expected))
          << "alpha " << alpha << " rank " << rank;
    }
  }
}

// A interval of as many operations as the table has entries touches what a Zipf distribution does:
// its expected number of distinct slots is the sum over ranks of 1 - (1 - p)^n.
TEST(ZipfTable, touches_as_many_slots_as_zipf_says_at_any_length) {
  constexpr std::uint64_t kSlots = 1 << 24;
  constexpr double kAlpha = 0.6;
  double norm = 0;
  for (std::uint64_t k = 1; k <= kSlots; ++k) norm += std::pow(double(k), -kAlpha);
  ZipfTable table(kSlots, kAlpha, 3, 4);
  for (const std::uint64_t draws : {10'000, 71'410, 1'000'000, 10'000'000}) {
    table.fill(draws, draws);
    ASSERT_EQ(table.entries().size(), draws);
    std::vector<bool> touched(kSlots);
    double hottest = 0;
    const std::uint64_t hot = table.slot_of_rank(0);
    for (const std::uint32_t slot : table.entries()) {
      touched[slot] = true;
      hottest += slot == hot ? 1 : 0;
    }
    double expected = 0;
    for (std::uint64_t k = 1; k <= kSlots; ++k) {
      expected -= std::expm1(double(draws) * std::log1p(-std::pow(double(k), -kAlpha) / norm));
    }
    const auto distinct = static_cast<double>(std::count(touched.begin(), touched.end(), true));
    EXPECT_NEAR(distinct / expected, 1, 0.01) << draws;
    const double expected_hottest = double(draws) / norm;
    EXPECT_NEAR(hottest, expected_hottest, 6 * std::sqrt(expected_hottest) + 6) << draws;
  }
}

TEST(ZipfTable, draws_anew_for_each_thread_over_the_same_hot_slots) {
  const ZipfTable one(1000, 0.99, 9, 1), other(1000, 0.99, 9, 2);
  EXPECT_NE(one.entries(), other.entries());
  EXPECT_EQ(one.slot_of_rank(0), other.slot_of_rank(0));
}

TEST(ZipfTable, gives_the_same_draws_for_the_same_interval) {
  ZipfTable table(1000, 0.99, 9, 9);
  const auto first = table.entries();
  table.fill(1);
  EXPECT_NE(table.entries(), first);
  table.fill(0);
  EXPECT_EQ(table.entries(), first);
}

}  // namespace
}  // namespace pmembench
