#include "run/load_pace.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(LoadPace, has_no_limit_by_default) {
  EXPECT_FALSE(LoadPace().limited());
  EXPECT_FALSE(LoadPace::at_rate(0).limited());
  EXPECT_TRUE(LoadPace::at_rate(0.01).limited());
  EXPECT_TRUE(LoadPace::with_pause(5).limited());
}

// A thread that takes 10 ticks for a group and may do one in 100: one group in 100 ticks.
TEST(LoadPace, keeps_a_rate) {
  LoadPace pace = LoadPace::at_rate(100.5);
  std::uint64_t now = 1'000'000;
  pace.start(now);
  for (int group = 0; group < 1000; ++group) now = std::max(now + 10, pace.after_group(now + 10));
  EXPECT_NEAR(static_cast<double>(now), 1'000'000 + 100'500, 2);
}

TEST(LoadPace, catches_up_a_little_after_a_stall_and_no_more) {
  LoadPace pace = LoadPace::at_rate(100);
  pace.start(0);
  std::uint64_t now = 50'000;  // 500 groups late
  int at_once = 0;
  while (pace.after_group(now) <= now) ++at_once;
  EXPECT_LE(at_once, static_cast<int>(LoadPace::kDepth) + 1);
  EXPECT_GE(at_once, static_cast<int>(LoadPace::kDepth) - 1);
}

TEST(LoadPace, pauses_after_each_group_however_long_it_took) {
  LoadPace pace = LoadPace::with_pause(300);
  pace.start(0);
  EXPECT_EQ(pace.after_group(1000), 1300u);
  EXPECT_EQ(pace.after_group(90'000), 90'300u);
}

// The slowest pace is exact too: a group in a second of a 5 GHz counter, for a day of its ticks.
TEST(LoadPace, does_not_overflow) {
  LoadPace pace = LoadPace::at_rate(5e9);
  const std::uint64_t day = std::uint64_t{86'400} * 5'000'000'000;
  pace.start(day);
  EXPECT_EQ(pace.after_group(day), day + 5'000'000'000);
}

}  // namespace
}  // namespace pmembench
