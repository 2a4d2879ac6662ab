#include "workloads/sample.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

std::vector<bool> drawn(std::uint64_t count, std::uint64_t affordable, std::uint64_t seed) {
  Sample sample(count, affordable, seed);
  std::vector<bool> taken;
  for (std::uint64_t i = 0; i < count; ++i) taken.push_back(sample.next());
  return taken;
}

TEST(Sample, takes_all_that_it_can_afford) {
  EXPECT_EQ(drawn(100, 256, 1), std::vector<bool>(100, true));
  EXPECT_EQ(drawn(256, 256, 1), std::vector<bool>(256, true));
  EXPECT_TRUE(drawn(0, 256, 1).empty());
}

TEST(Sample, takes_each_with_the_same_probability_and_at_no_fixed_distance) {
  constexpr std::uint64_t kCount = 100'000;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const std::vector<bool> taken = drawn(kCount, 1000, seed);
    unsigned all = 0, odd = 0;
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (!taken[i]) continue;
      ++all;
      odd += static_cast<unsigned>(i % 2);
    }
    EXPECT_NEAR(all, 1000, 160) << seed;
    EXPECT_NEAR(odd, 500, 120) << seed;
  }
}

TEST(Sample, draws_anew_for_another_seed) {
  EXPECT_EQ(drawn(10'000, 100, 7), drawn(10'000, 100, 7));
  EXPECT_NE(drawn(10'000, 100, 7), drawn(10'000, 100, 8));
}

}  // namespace
}  // namespace pmembench
