#include "measure/open_schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pmembench {
namespace {

std::vector<std::uint64_t> due_times(OpenSchedule& schedule, std::size_t count) {
  schedule.start(1'000'000);
  std::vector<std::uint64_t> times;
  for (std::size_t i = 0; i < count; ++i) times.push_back(schedule.next());
  return times;
}

TEST(OpenSchedule, is_closed_unless_it_has_a_rate) {
  EXPECT_FALSE(OpenSchedule().open());
  EXPECT_TRUE(OpenSchedule(Arrival::fixed, 10, 0).open());
}

TEST(OpenSchedule, comes_at_fixed_intervals_and_keeps_fractions) {
  OpenSchedule schedule(Arrival::fixed, 24.5, 0);
  const auto times = due_times(schedule, 1001);
  EXPECT_EQ(times[0], 1'000'000u);
  EXPECT_EQ(times[1], 1'000'024u);
  EXPECT_EQ(times[2], 1'000'049u);
  EXPECT_EQ(times[1000], 1'024'500u);
}

TEST(OpenSchedule, begins_threads_out_of_step) {
  OpenSchedule schedule(Arrival::fixed, 100, 0.25);
  EXPECT_EQ(due_times(schedule, 1)[0], 1'000'025u);
}

// Exponential: the mean as asked, the deviation equal to the mean, and e^-1 of all beyond it.
TEST(OpenSchedule, comes_as_a_poisson_process) {
  OpenSchedule schedule(Arrival::poisson, 1000, 0);
  schedule.refill(7, 10 * OpenSchedule::kEntries);
  const auto times = due_times(schedule, OpenSchedule::kEntries + 1);
  double sum = 0, squares = 0, beyond = 0;
  for (std::size_t i = 1; i < times.size(); ++i) {
    const auto apart = static_cast<double>(times[i] - times[i - 1]);
    sum += apart;
    squares += apart * apart;
    beyond += apart > 1000 ? 1 : 0;
  }
  const auto count = static_cast<double>(OpenSchedule::kEntries);
  EXPECT_NEAR(sum / count, 1000, 1);
  EXPECT_NEAR(std::sqrt(squares / count - 1e6), 1000, 40);
  EXPECT_NEAR(beyond / count, std::exp(-1), 0.02);
}

// One operation a slice is one a window, and not as many as fit between it and itself.
TEST(OpenSchedule, gives_each_operation_its_interval_however_few_there_are) {
  for (const Arrival arrival : {Arrival::fixed, Arrival::poisson}) {
    for (const std::uint64_t operations : {1, 2, 7, 1000, 16383, 100'000}) {
      OpenSchedule schedule(arrival, 1000, 0.5);
      schedule.refill(3, operations);
      EXPECT_EQ(schedule.window_ticks(), 1000 * operations);
      const auto times = due_times(schedule, operations + 1);
      if (operations < OpenSchedule::kEntries - 1 || arrival == Arrival::fixed) {
        EXPECT_LE(times[operations - 1], 1'000'000 + schedule.window_ticks());
        EXPECT_GT(times[operations], 1'000'000 + schedule.window_ticks()) << operations;
      } else {
        EXPECT_NEAR(static_cast<double>(times[operations] - 1'000'000) /
                        static_cast<double>(schedule.window_ticks()),
                    1, 0.01);
      }
    }
  }
}

// The first of a single arrival is anywhere in its window.
TEST(OpenSchedule, spreads_few_arrivals_over_their_window) {
  OpenSchedule schedule(Arrival::poisson, 1000, 0);
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    schedule.refill(seed, 1);
    sum += static_cast<double>(due_times(schedule, 1)[0] - 1'000'000);
  }
  EXPECT_NEAR(sum / 4000, 500, 30);
}

// A counter that has run for a year is above 2^56.
TEST(OpenSchedule, is_not_early_on_a_host_that_is_long_up) {
  OpenSchedule schedule(Arrival::fixed, 100, 0);
  schedule.refill(1, 10);
  const std::uint64_t now = std::uint64_t{3} << 57;
  schedule.start(now);
  EXPECT_EQ(schedule.next(), now);
  EXPECT_EQ(schedule.next(), now + 100);
}

TEST(OpenSchedule, draws_anew_by_its_seed) {
  OpenSchedule schedule(Arrival::poisson, 1000, 0);
  schedule.refill(1, 1000);
  const auto first = due_times(schedule, 100);
  schedule.refill(1, 1000);
  EXPECT_EQ(due_times(schedule, 100), first);
  schedule.refill(2, 1000);
  EXPECT_NE(due_times(schedule, 100), first);
}

}  // namespace
}  // namespace pmembench
