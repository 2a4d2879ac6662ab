#include "measure/clock_offset.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

// A clock that reads `offset_ns` more than this one at time 0, and gains `drift` a nanosecond.
struct OtherClock {
  double offset_ns = 0;
  double drift = 0;
  [[nodiscard]] std::int64_t at(std::int64_t here_ns) const {
    return here_ns + std::llround(offset_ns + drift * static_cast<double>(here_ns));
  }
  [[nodiscard]] double offset_at(double here_ns) const { return offset_ns + drift * here_ns; }
};

// Messages of 5 to 50 us each way, now and then one of milliseconds; never the same both ways.
std::vector<PingPong> exchange(const OtherClock& clock, std::int64_t begin_ns, unsigned count,
                               Random& random) {
  const auto delay_ns = [&] {
    const std::uint64_t usual_ns = 5'000 + random.below(45'000);
    return static_cast<std::int64_t>(random.below(20) == 0 ? usual_ns * 100 : usual_ns);
  };
  std::vector<PingPong> samples;
  std::int64_t now_ns = begin_ns;
  for (unsigned i = 0; i < count; ++i) {
    PingPong sample;
    sample.sent_ns = now_ns;
    now_ns += delay_ns();
    sample.remote_ns = clock.at(now_ns);
    now_ns += delay_ns();
    sample.returned_ns = now_ns;
    samples.push_back(sample);
    now_ns += 1'000;
  }
  return samples;
}

TEST(ClockOffset, is_of_the_shortest_round_trip) {
  const std::vector<PingPong> samples{
      {1'000, 6'000, 1'400}, {2'000, 6'910, 2'020}, {3'000, 9'000, 3'900}};
  const auto offset = clock_offset(samples);
  ASSERT_TRUE(offset.has_value());
  EXPECT_EQ(offset->at_ns, 2'010);
  EXPECT_DOUBLE_EQ(offset->offset_ns, 4'900);
  EXPECT_DOUBLE_EQ(offset->round_trip_ns, 20);
  EXPECT_DOUBLE_EQ(offset->bound_ns, 11);
}

TEST(ClockOffset, there_is_none_without_a_sample_or_of_a_clock_that_went_back) {
  EXPECT_FALSE(clock_offset({}).has_value());
  const std::vector<PingPong> back{{2'000, 1, 1'000}};
  EXPECT_FALSE(clock_offset(back).has_value());
}

TEST(ClockOffset, planted_offsets_and_drifts_are_within_the_bounds_in_all_of_1000_runs) {
  Random random(20);
  for (int run = 0; run < 1'000; ++run) {
    const OtherClock clock{(random.unit() * 2 - 1) * 1e9, (random.unit() * 2 - 1) * 50e-6};
    const std::int64_t begin_ns =
        1'000'000'000'000 + static_cast<std::int64_t>(random.below(1'000'000'000));
    const auto length_ns = static_cast<std::int64_t>(20'000'000 + random.below(5'000'000'000));
    const auto before = clock_offset(exchange(clock, begin_ns, 200, random));
    const auto after = clock_offset(exchange(clock, begin_ns + length_ns, 200, random));
    ASSERT_TRUE(before && after);
    const double at_before_ns = clock.offset_at(static_cast<double>(before->at_ns));
    // While the message was under way the drift moved the truth: 50 ppm of its time at most.
    ASSERT_LE(std::abs(before->offset_ns - at_before_ns),
              before->bound_ns + 50e-6 * before->round_trip_ns);
    const ClockMap map(*before, *after);
    ASSERT_LE(std::abs(map.drift_ppm() - clock.drift * 1e6), map.drift_bound_ppm());
    for (const double share : {0.0, 0.3, 0.5, 0.9, 1.0}) {
      const std::int64_t truth_ns =
          before->at_ns +
          static_cast<std::int64_t>(share * static_cast<double>(after->at_ns - before->at_ns));
      ASSERT_LE(std::abs(map.here_ns(clock.at(truth_ns)) - static_cast<double>(truth_ns)),
                map.bound_ns() * (1 + 1e-4));
      ASSERT_NEAR(static_cast<double>(map.remote_ns(truth_ns)),
                  static_cast<double>(clock.at(truth_ns)), map.bound_ns() * (1 + 1e-4));
    }
  }
}

TEST(ClockMap, of_one_moment_has_no_drift) {
  const ClockOffset once{5'000, -200, 10, 18};
  const ClockMap map(once, once);
  EXPECT_DOUBLE_EQ(map.here_ns(4'800), 5'000);
  EXPECT_DOUBLE_EQ(map.drift_ppm(), 0);
  EXPECT_DOUBLE_EQ(map.bound_ns(), 10);
  EXPECT_DOUBLE_EQ(map.offset_ns(), -200);
}

TEST(ClockMap, of_nothing_is_this_clock) {
  EXPECT_DOUBLE_EQ(ClockMap().here_ns(123'456), 123'456);
  EXPECT_EQ(ClockMap().remote_ns(123'456), 123'456);
}

TEST(ClockMap, there_and_back_is_the_same_time) {
  const ClockMap map({1'000'000'000, 7e8, 30, 58}, {3'000'000'000, 7.0001e8, 40, 78});
  EXPECT_DOUBLE_EQ(map.drift_ppm(), 5);
  for (const std::int64_t here_ns : {1'000'000'000LL, 1'500'000'000LL, 2'999'999'999LL}) {
    EXPECT_NEAR(map.here_ns(map.remote_ns(here_ns)), static_cast<double>(here_ns), 1);
  }
}

}  // namespace
}  // namespace pmembench
