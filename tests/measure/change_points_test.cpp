#include "measure/change_points.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

std::vector<double> noise(std::size_t count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(random.unit() - random.unit());
  return values;
}

TEST(ChangePoints, finds_a_step_and_how_high_it_is) {
  std::vector<double> values = noise(40, 1);
  for (std::size_t i = 25; i < values.size(); ++i) values[i] += 3;
  const auto points = change_points(values, 7);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(points[0].index, 25U);
  EXPECT_NEAR(points[0].magnitude, 3, 0.5);
  EXPECT_LE(points[0].p_value, 0.001);
}

TEST(ChangePoints, finds_a_step_up_and_one_half_back) {
  std::vector<double> values = noise(90, 2);
  for (std::size_t i = 30; i < values.size(); ++i) values[i] += i < 60 ? 4 : 2;
  const auto points = change_points(values, 7);
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].index, 30U);
  EXPECT_EQ(points[1].index, 60U);
  EXPECT_NEAR(points[0].magnitude, 4, 0.5);
  EXPECT_NEAR(points[1].magnitude, -2, 0.5);
}

// At p < 0.001 forty quiet series have one false change in twenty-five such tests.
TEST(ChangePoints, finds_next_to_none_in_noise) {
  std::size_t found = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    found += change_points(noise(30, 100 + seed), seed).size();
  }
  EXPECT_LE(found, 1U);
}

TEST(ChangePoints, keeps_to_the_least_magnitude_and_side) {
  std::vector<double> values = noise(40, 3);
  for (std::size_t i = 20; i < values.size(); ++i) values[i] += 3;
  EXPECT_TRUE(change_points(values, 7, {.minimum_magnitude = 5}).empty());
  std::vector<double> late = noise(40, 4);
  for (std::size_t i = 38; i < late.size(); ++i) late[i] += 100;
  for (const ChangePoint& point : change_points(late, 7)) EXPECT_LE(point.index, 37U);
  EXPECT_TRUE(change_points(std::vector<double>{}, 7).empty());
  EXPECT_TRUE(change_points(std::vector<double>{1, 1, 1, 9, 9}, 7).empty());
}

TEST(ChangePoints, repeats_with_its_seed) {
  std::vector<double> values = noise(50, 5);
  for (std::size_t i = 30; i < values.size(); ++i) values[i] += 2;
  const auto once = change_points(values, 9);
  const auto twice = change_points(values, 9);
  ASSERT_EQ(once.size(), twice.size());
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i].p_value, twice[i].p_value);
}

}  // namespace
}  // namespace pmembench
