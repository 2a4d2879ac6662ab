#include "measure/timer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

// Differences of a counter that shows floor(time / step) * step, rounded down to whole ticks.
std::vector<std::uint64_t> differences_of_a_counter(double step_ticks, std::uint64_t seed) {
  Random random(seed);
  double time = 0;
  std::uint64_t previous = 0;
  std::vector<std::uint64_t> differences;
  for (int i = 0; i < 20000; ++i) {
    time += 18 + static_cast<double>(random.below(60));
    const auto steps = static_cast<std::uint64_t>(time / step_ticks);
    const auto shown = static_cast<std::uint64_t>(static_cast<double>(steps) * step_ticks);
    differences.push_back(shown - previous);
    previous = shown;
  }
  return differences;
}

// A clock that is off by a factor scales every number, the ceiling that they are held against too.
TEST(Timer, refuses_two_clocks_that_disagree) {
  EXPECT_TRUE(check_second_clock(0.4, 0.4002));
  for (const double factor : {0.01, 0.5, 0.98, 1.02, 10.0}) {
    const Status status = check_second_clock(0.4, 0.4 * factor);
    ASSERT_FALSE(status) << factor;
    EXPECT_EQ(status.error().kind, ErrorKind::environment);
  }
  EXPECT_FALSE(check_second_clock(0.4, 1e300));
}

TEST(Timer, refuses_the_pace_of_another_process_that_is_off) {
  const ClockReading before{1000, 0}, after{1000 + 25'000'000, 10e6};
  EXPECT_TRUE(check_foreign_pace(0.4, before, after));
  EXPECT_FALSE(check_foreign_pace(0.04, before, after));
  EXPECT_FALSE(check_foreign_pace(0.41, before, after));
  const ClockReading soon{1000 + 2500, 1e3};
  EXPECT_TRUE(check_foreign_pace(0.04, before, soon)) << "too short to say";
}

TEST(Timer, agrees_with_itself_over_a_while) {
  const ClockReading before = read_clocks();
  const auto timer = calibrate_timer(true);
  ASSERT_TRUE(timer) << timer.error().message;
  EXPECT_TRUE(check_foreign_pace(timer->ns_per_tick, before, read_clocks()));
}

TEST(Timer, finds_the_step_of_a_coarse_counter) {
  EXPECT_NEAR(counter_step_ticks(differences_of_a_counter(24.5, 1)), 24.5, 0.1);
  EXPECT_NEAR(counter_step_ticks(differences_of_a_counter(100, 2)), 100, 0.1);
  EXPECT_NEAR(counter_step_ticks(differences_of_a_counter(38.4, 3)), 38.4, 0.1);
}

TEST(Timer, finds_that_a_counter_is_finer_than_a_reading_takes) {
  EXPECT_EQ(counter_step_ticks(differences_of_a_counter(1, 4)), 1);
  EXPECT_EQ(counter_step_ticks(differences_of_a_counter(2, 5)), 2);
}

TEST(Timer, bears_interrupts_between_two_readings) {
  std::vector<std::uint64_t> differences = differences_of_a_counter(24.5, 6);
  Random random(6);
  for (int i = 0; i < 100; ++i) differences[random.below(20000)] = 10000 + random.below(100000);
  for (int i = 0; i < 50; ++i) differences[random.below(20000)] = 30 + random.below(120);
  EXPECT_NEAR(counter_step_ticks(differences), 24.5, 0.1);
}

TEST(Timer, has_no_step_where_the_counter_stands_still) {
  EXPECT_EQ(counter_step_ticks(std::vector<std::uint64_t>(10, 0)), 0);
  EXPECT_EQ(counter_step_ticks({}), 0);
}

TEST(Timer, refuses_a_counter_that_goes_back) {
  EXPECT_TRUE(check_counter(false));
  const Status back = check_counter(true);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().kind, ErrorKind::environment);
  EXPECT_EQ(back.error().message,
            "the time-stamp counter went back between two readings: it cannot time anything here; "
            "boot a kernel or hypervisor that keeps the counters of all CPUs in step");
}

TEST(Timer, refuses_a_counter_that_changed_its_pace) {
  EXPECT_TRUE(check_pace(0.4, 0.4));
  EXPECT_TRUE(check_pace(0.4, 0.4 * 1.019));
  EXPECT_TRUE(check_pace(0.4, 0.4 * 0.981));
  EXPECT_FALSE(check_pace(0.4, 0.4 * 0.979));
  const Status faster = check_pace(0.4, 0.5);
  ASSERT_FALSE(faster);
  EXPECT_EQ(faster.error().kind, ErrorKind::runtime);
  EXPECT_EQ(faster.error().message,
            "the time-stamp counter changed its pace by +25 % while this was measured, and is not "
            "invariant (CPUID 8000_0007h EDX bit 8 is clear); fix the CPU's frequency, or measure "
            "where the counter is invariant");
}

TEST(Timer, measures_the_same_pace_again) {
  EXPECT_TRUE(check_pace(measure_ns_per_tick(), measure_ns_per_tick()));
}

TEST(Timer, calibrates_to_the_kernels_clock) {
  const Result<TimerFacts> facts = calibrate_timer(true);
  ASSERT_TRUE(facts) << facts.error().message;
  // Two calibrations of an invariant counter agree far better than 1 %.
  const Result<TimerFacts> again = calibrate_timer(true);
  ASSERT_TRUE(again);
  EXPECT_NEAR(facts->ns_per_tick / again->ns_per_tick, 1, 0.01);

  timespec before{};
  timespec after{};
  clock_gettime(CLOCK_MONOTONIC_RAW, &before);
  const std::uint64_t begin = tsc_begin();
  while (tsc_end_issue() - begin < 5'000'000) {
  }
  const std::uint64_t end = tsc_end_durable();
  clock_gettime(CLOCK_MONOTONIC_RAW, &after);
  const double clock_ns = static_cast<double>(after.tv_sec - before.tv_sec) * 1e9 +
                          static_cast<double>(after.tv_nsec - before.tv_nsec);
  // The counter was read inside the clock's interval, so it cannot have seen more time.
  EXPECT_LE(static_cast<double>(end - begin) * facts->ns_per_tick, clock_ns * 1.001);
}

TEST(Timer, ends_operations_by_the_reading_that_costs_clearly_less) {
  EXPECT_STREQ(cheaper_reading(40, 56), kReadingByRdtsc);
  EXPECT_STREQ(cheaper_reading(40, 38), kReadingByRdtsc) << "not by a tenth";
  EXPECT_STREQ(cheaper_reading(40, 30), kReadingByRdtscp);
  EXPECT_STREQ(cheaper_reading(40, 0), kReadingByRdtsc) << "this CPU has none";
}

// A chain of multiplications, of which each waits for the one before: as long as it is between two
// readings that are ordered, and shorter where it can begin before the first or end after the
// second.
template <std::uint64_t (*kEnd)()>
double ticks_of_a_chain(unsigned length) {
  double least = 1e18;
  for (unsigned turn = 0; turn < 2000; ++turn) {
    std::uint64_t value = turn | 1;
    const std::uint64_t begin = kEnd();
    for (unsigned i = 0; i < length; ++i) {
      value *= 0x9E3779B97F4A7C15ULL;
      asm volatile("" : "+r"(value));
    }
    const std::uint64_t end = kEnd();
    least = std::min(least, static_cast<double>(end - begin));
  }
  return least;
}

TEST(Timer, orders_an_operation_between_two_readings_of_either_kind) {
  // 3 or 4 cycles each, and no CPU does three cycles in a tick: at least one tick a multiplication.
  for (const unsigned length : {500U, 2000U}) {
    EXPECT_GT(ticks_of_a_chain<tsc_end_issue>(length), length);
    EXPECT_GT(ticks_of_a_chain<tsc_end_durable>(length), length);
    EXPECT_GT(ticks_of_a_chain<tsc_end_issue_rdtscp>(length), length);
    EXPECT_GT(ticks_of_a_chain<tsc_end_durable_rdtscp>(length), length);
  }
}

TEST(Timer, knows_its_step_and_what_an_empty_pair_costs) {
  const Result<TimerFacts> facts = calibrate_timer(true);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_GT(facts->step_ns, 0);
  EXPECT_LT(facts->step_ns, 1000);
  EXPECT_GT(facts->floor_issue_ns, 0);
  EXPECT_GE(facts->floor_durable_ns, facts->floor_issue_ns);  // a fence more
}

}  // namespace
}  // namespace pmembench
