#include "base/at_once.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>

namespace pmembench {
namespace {

TEST(AtOnce, returns_both_results_in_their_order) {
  const auto [one, two] = at_once([] { return 1; }, [] { return std::make_unique<int>(2); });
  EXPECT_EQ(one, 1);
  EXPECT_EQ(*two, 2);
}

TEST(AtOnce, runs_them_at_the_same_time) {
  std::latch both(2);
  const auto meet = [&] {
    both.arrive_and_wait();  // one after the other they would wait for ever
    return true;
  };
  const auto [one, two] = at_once(meet, meet);
  EXPECT_TRUE(one && two);
}

TEST(AtOnce, waits_for_the_second) {
  std::atomic<bool> ended = false;
  const auto results = at_once([] { return 0; },
                               [&] {
                                 ended = true;
                                 return 0;
                               });
  EXPECT_TRUE(ended);
  EXPECT_EQ(results.second, 0);
}

}  // namespace
}  // namespace pmembench
