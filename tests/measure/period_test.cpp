#include "measure/period.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

double noise(Random& random) {
  // A sum of uniforms: near enough to normal, deviation 1.
  double sum = 0;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum - 6;
}

// Log-normal latencies of slots, and every `period` slots a stall of `factor` times.
std::vector<double> series(std::size_t count, double period, double factor, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  double next = period / 2;
  for (std::size_t i = 0; i < count; ++i) {
    double value = 1000 * std::exp(0.2 * noise(random));
    if (period > 0 && static_cast<double>(i) >= next) {
      value *= factor;
      next += period;
    }
    values.push_back(value);
  }
  return values;
}

TEST(Period, finds_injected_stalls) {
  for (const double period : {3.0, 7.3, 20.0, 50.0, 120.0}) {
    const Period found = find_period(series(1000, period, 8, 11), 5);
    EXPECT_TRUE(found.found) << period;
    EXPECT_NEAR(found.period, period, 0.03 * period);
    EXPECT_GT(found.harmonics, 0u);
  }
}

#ifdef PMEMBENCH_SANITIZED
constexpr int kPlanted = 4;
#else
constexpr int kPlanted = 40;
#endif

// Stalls of a slot at random periods of a band, and how many are right within 1 %; what is found
// and is not right is a fraction or a multiple, which is worse than nothing.
struct BandResult {
  int right = 0, wrong = 0;
};
BandResult planted_band(double shortest, double longest) {
  BandResult result;
  for (std::uint64_t seed = 1; seed <= kPlanted; ++seed) {
    Random random(mix_seed(seed) + static_cast<std::uint64_t>(longest));
    const double period = shortest + (longest - shortest) * random.unit();
    PeriodRule rule;
    rule.permutations = 99;
    const Period found = find_period(series(4000, period, 8, random()), seed, rule);
    const bool right = std::abs(found.period / period - 1) < 0.01;
    if (found.found) ++(right ? result.right : result.wrong);
  }
  return result;
}

TEST(Period, is_the_fundamental_of_4_to_24_slots) {
  const BandResult band = planted_band(4, 24);
  EXPECT_GE(band.right, kPlanted - 2);
  EXPECT_EQ(band.wrong, 0);
}

TEST(Period, is_the_fundamental_of_24_to_48_slots) {
  const BandResult band = planted_band(24, 48);
  EXPECT_GE(band.right, kPlanted - 2);
  EXPECT_EQ(band.wrong, 0);
}

TEST(Period, is_the_fundamental_of_50_to_200_slots) {
  const BandResult band = planted_band(50, 200);
  EXPECT_GE(band.right, kPlanted - 2);
  EXPECT_EQ(band.wrong, 0);
}

TEST(Period, is_the_fundamental_of_200_to_400_slots) {
  const BandResult band = planted_band(200, 400);
  EXPECT_GE(band.right, kPlanted * 3 / 4);
  EXPECT_EQ(band.wrong, 0);
}

// Stalls of the first half alone: the order is not by chance, and yet no period of the series.
// At the half of an odd period a pulse may have a bin of the fold for itself.
TEST(Period, is_not_the_half_of_an_odd_whole_number_of_slots) {
  for (const std::size_t period : {41U, 57U, 75U, 99U, 151U}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < 4000; ++i) {
      values.push_back(i % period == 0 ? 900.0 : 100.0 + static_cast<double>(i % 3));
    }
    const Period found = find_period(values, 1);
    ASSERT_TRUE(found.found) << period;
    EXPECT_NEAR(found.period, static_cast<double>(period), 0.5);
  }
}

TEST(Period, must_show_in_both_halves) {
  std::vector<double> values = series(1600, 40, 8, 21);
  const std::vector<double> quiet = series(800, 0, 1, 22);
  std::copy(quiet.begin(), quiet.end(), values.begin() + 800);
  const Period found = find_period(values, 5);
  EXPECT_LE(found.p_value, 0.01);
  EXPECT_FALSE(found.halves_agree);
  EXPECT_FALSE(found.found);
}

TEST(Period, finds_a_wave) {
  Random random(3);
  std::vector<double> values;
  for (int i = 0; i < 600; ++i) {
    values.push_back(
        1000 * std::exp(0.1 * noise(random) + 0.15 * std::sin(2 * std::numbers::pi * i / 37.0)));
  }
  const Period found = find_period(values, 5);
  EXPECT_TRUE(found.found);
  EXPECT_NEAR(found.period, 37, 0.5);
  EXPECT_LE(found.harmonics, 3u);
}

// Alarms where there is no period are as rare as the significance says: 1 % of 200 is 2.
TEST(Period, seldom_finds_one_where_there_is_none) {
  int alarms = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    PeriodRule rule;
    rule.permutations = 199;
    if (find_period(series(128, 0, 1, seed), seed, rule).found) ++alarms;
  }
  EXPECT_LE(alarms, 8);  // P(more) < 1e-3
}

TEST(Period, does_not_call_drift_a_period) {
  int alarms = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    std::vector<double> values;
    double level = 0;
    for (int i = 0; i < 200; ++i) {
      level = 0.9 * level + 0.05 * noise(random);
      values.push_back(1000 * std::exp(level));
    }
    PeriodRule rule;
    rule.permutations = 199;
    if (find_period(values, seed, rule).found) ++alarms;
  }
  EXPECT_LE(alarms, 5);
}

TEST(Period, bears_gaps_and_single_outliers) {
  std::vector<double> values = series(800, 25, 8, 2);
  for (std::size_t i = 3; i < values.size(); i += 97) {
    values[i] = std::numeric_limits<double>::quiet_NaN();
  }
  values[400] = 1e12;
  const Period found = find_period(values, 9);
  EXPECT_TRUE(found.found);
  EXPECT_NEAR(found.period, 25, 0.5);
}

TEST(Period, says_nothing_of_a_short_or_constant_series) {
  EXPECT_FALSE(find_period(std::vector<double>(10, 5.0), 1).found);
  EXPECT_FALSE(find_period(std::vector<double>(100, 5.0), 1).found);
  EXPECT_FALSE(find_period({}, 1).found);
}

TEST(Period, gives_the_same_answer_for_the_same_seed) {
  const std::vector<double> values = series(300, 0, 1, 4);
  EXPECT_EQ(find_period(values, 7).p_value, find_period(values, 7).p_value);
}

}  // namespace
}  // namespace pmembench
