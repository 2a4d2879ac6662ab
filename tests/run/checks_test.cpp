#include "run/checks.hpp"

#include <gtest/gtest.h>

#include "measure/timer.hpp"

namespace pmembench {
namespace {

TEST(Checks, refuse_time_that_does_not_grow_with_work) {
  EXPECT_TRUE(check_time_grows(100, 1000, 2000));
  EXPECT_TRUE(check_time_grows(100, 1000, 1300));
  const Status refused = check_time_grows(100, 1000, 1010);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "time does not grow with work: 100 operations took 1 us, twice as many 1.01 us; the "
            "work is not being done");
}

TEST(Checks, refuse_a_bandwidth_above_what_the_caches_can_load) {
  const double gib = 1024.0 * 1024 * 1024;
  EXPECT_TRUE(check_ceiling(120 * gib, 100 * gib, 1));
  EXPECT_TRUE(check_ceiling(240 * gib, 100 * gib, 2));
  const Status refused = check_ceiling(535'039 * gib, 150 * gib, 2);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "522 TiB/s is above the physical ceiling: 2 CPUs load at most 300 GiB/s from their "
            "first-level caches");
}

// peers.md, row 3: 438 ns on average and 8.9 M operations/s by one thread.
TEST(Checks, refuse_a_latency_that_contradicts_the_rate) {
  const Status refused = check_littles_law(8.9e6, 438, 1, 10);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("3.8 operations in flight, but 1 thread had one each"),
            std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(check_littles_law(2.2e6, 438, 1, 10));
  EXPECT_TRUE(check_littles_law(8.9e6, 438, 4, 10));
}

// Two threads do 1,000 operations each, one in 1 ms and one, preempted, in 9: 1 and 9 us each, 5 us
// on average.
TEST(Checks, bear_threads_that_worked_for_unequal_times) {
  const double rate = rate_over_thread_time(2000, 10e6, 2);
  EXPECT_DOUBLE_EQ(rate, 400e3);
  EXPECT_TRUE(check_littles_law(rate, 5000, 2, 1));
  EXPECT_FALSE(check_littles_law(rate, 5600, 2, 1));
  const double sum_of_rates = 1000 / 1e-3 + 1000 / 9e-3;
  EXPECT_FALSE(check_littles_law(sum_of_rates, 5000, 2, 1)) << "which is why it is not used";
}

TEST(Checks, measure_a_ceiling_that_plain_loads_stay_below) {
  const auto timer = calibrate_timer(true);
  ASSERT_TRUE(timer);
  const double ceiling = measure_load_ceiling(timer->ns_per_tick);
  EXPECT_GT(ceiling, 1e9);
  EXPECT_LT(ceiling, 1e13);
}

}  // namespace
}  // namespace pmembench
