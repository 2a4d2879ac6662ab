#include "workloads/draws.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace pmembench {
namespace {

TEST(Draws, scrambles_ranks_without_losing_one) {
  for (const std::uint64_t slots : {1, 2, 5, 100, 4097}) {
    std::set<std::uint64_t> seen;
    for (std::uint64_t rank = 0; rank < slots; ++rank) seen.insert(scrambled_slot(rank, slots, 5));
    EXPECT_EQ(seen.size(), slots);
    EXPECT_LT(*seen.rbegin(), slots);
  }
}

TEST(Draws, keeps_hot_slots_apart) {
  for (std::uint64_t rank = 0; rank < 8; ++rank) {
    const auto a = static_cast<std::int64_t>(scrambled_slot(rank, 1 << 20, 5));
    const auto b = static_cast<std::int64_t>(scrambled_slot(rank + 1, 1 << 20, 5));
    EXPECT_GT(std::abs(a - b), 64);
  }
}

TEST(Draws, visits_ranks_as_often_as_zipf_says) {
  for (const double alpha : {0.5, 0.99, 1.5}) {
    const std::uint64_t slots = 1000;
    DrawTable table(zipf_draws(slots, alpha, 9), 9);
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
      const double found = counts[scrambled_slot(rank, slots, 9)];
      EXPECT_NEAR(found, expected, 6 * std::sqrt(expected))
          << "alpha " << alpha << " rank " << rank;
    }
  }
}

// A interval of as many operations as the table has entries touches what a Zipf distribution does:
// its expected number of distinct slots is the sum over ranks of 1 - (1 - p)^n.
TEST(DrawTable, touches_as_many_slots_as_zipf_says_at_any_length) {
  constexpr std::uint64_t kSlots = 1 << 24;
  constexpr double kAlpha = 0.6;
  double norm = 0;
  for (std::uint64_t k = 1; k <= kSlots; ++k) norm += std::pow(double(k), -kAlpha);
  DrawTable table(zipf_draws(kSlots, kAlpha, 3), 4);
  for (const std::uint64_t draws : {10'000, 71'410, 1'000'000, 10'000'000}) {
    table.fill(draws, draws);
    ASSERT_EQ(table.entries().size(), draws);
    std::vector<bool> touched(kSlots);
    double hottest = 0;
    const std::uint64_t hot = scrambled_slot(0, kSlots, 3);
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

TEST(DrawTable, draws_anew_for_each_thread_over_the_same_hot_slots) {
  const DrawTable one(zipf_draws(1000, 0.99, 9), 1), other(zipf_draws(1000, 0.99, 9), 2);
  EXPECT_NE(one.entries(), other.entries());
  const std::uint64_t hot = scrambled_slot(0, 1000, 9);
  for (const DrawTable* table : {&one, &other}) {
    EXPECT_GT(std::count(table->entries().begin(), table->entries().end(), hot), 1000);
  }
}

TEST(DrawTable, gives_the_same_draws_for_the_same_interval) {
  DrawTable table(zipf_draws(1000, 0.99, 9), 9);
  const auto first = table.entries();
  table.fill(1);
  EXPECT_NE(table.entries(), first);
  table.fill(0);
  EXPECT_EQ(table.entries(), first);
}

// Share of 100,000 draws that go to slots for which `chosen` is true.
template <typename Chosen>
double share_of(const Draws& draws, Chosen chosen) {
  Random random(7);
  double count = 0;
  for (int i = 0; i < 100'000; ++i) count += chosen(draws.slot(random)) ? 1 : 0;
  return count / 100'000;
}

TEST(Draws, of_pareto_give_the_rest_to_a_share_at_every_scale) {
  constexpr std::uint64_t kSlots = 10'000;
  for (const double skew : {0.1, 0.2, 0.5}) {
    std::map<std::uint64_t, std::uint64_t> rank_of;
    for (std::uint64_t rank = 0; rank < kSlots; ++rank) {
      rank_of[scrambled_slot(rank, kSlots, 3)] = rank;
    }
    const auto draws = pareto_draws(kSlots, skew, 3);
    for (const double power : {1.0, 2.0}) {
      const auto first = static_cast<std::uint64_t>(kSlots * std::pow(skew, power));
      const double found =
          share_of(*draws, [&](std::uint64_t slot) { return rank_of[slot] < first; });
      EXPECT_NEAR(found, std::pow(1 - skew, power), 0.01) << skew << " to the power of " << power;
    }
  }
}

TEST(Draws, of_zones_are_uniform_within_each) {
  const auto zones = read_zones("60:10+30:20+10:70");
  ASSERT_TRUE(zones);
  const auto draws = zoned_draws(1000, *zones);
  const auto within = [&](std::uint64_t first, std::uint64_t last) {
    return share_of(*draws, [&](std::uint64_t slot) { return slot >= first && slot < last; });
  };
  EXPECT_NEAR(within(0, 100), 0.6, 0.01);
  EXPECT_NEAR(within(0, 50), 0.3, 0.01);
  EXPECT_NEAR(within(100, 300), 0.3, 0.01);
  EXPECT_NEAR(within(300, 1000), 0.1, 0.01);
  EXPECT_EQ(within(1000, ~0ULL), 0);
}

TEST(Draws, of_zones_stay_inside_a_range_with_fewer_slots_than_zones) {
  const auto zones = read_zones("25:1+25:1+25:1+25:97");
  ASSERT_TRUE(zones);
  EXPECT_EQ(share_of(*zoned_draws(1, *zones), [](std::uint64_t slot) { return slot == 0; }), 1);
  EXPECT_EQ(share_of(*zoned_draws(3, *zones), [](std::uint64_t slot) { return slot < 3; }), 1);
}

TEST(Draws, refuse_zones_that_are_none) {
  for (const char* text : {"", "60", "60:", ":40", "60:0+40:100", "60:50+40:40", "50:50+40:50",
                           "nan:50+50:50", "-10:50+110:50", "100:100+", "60:50,40:50"}) {
    EXPECT_FALSE(read_zones(text)) << text;
  }
}

}  // namespace
}  // namespace pmembench
