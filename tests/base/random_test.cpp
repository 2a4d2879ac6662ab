#include "base/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace pmembench {
namespace {

TEST(Random, gives_splitmix64s_published_sequence) {
  // The first outputs for seed 1234567 (S. Vigna, splitmix64.c).
  Random random(1234567);
  EXPECT_EQ(random(), 6457827717110365317U);
  EXPECT_EQ(random(), 3203168211198807973U);
  EXPECT_EQ(random(), 9817491932198370423U);
}

TEST(Random, stays_below_its_bound_and_reaches_every_value) {
  Random random(3);
  std::array<int, 7> counts{};
  for (int i = 0; i < 70'000; ++i) ++counts.at(random.below(7));
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 600);
}

TEST(Random, has_unit_values_in_their_interval) {
  Random random(3);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.unit();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(Random, mixes_neighbouring_seeds_apart) {
  std::set<std::uint64_t> seen;
  for (std::uint64_t seed = 0; seed < 10'000; ++seed) seen.insert(mix_seed(seed) >> 32);
  EXPECT_GT(seen.size(), 9'990U);
}

}  // namespace
}  // namespace pmembench
