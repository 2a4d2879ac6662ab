// Lanes: every job's result comes back, in order; a lane that dies is an error.
#include "audit/lanes.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <set>

namespace pmembench {
namespace {

TEST(Lanes, results_come_back_in_the_order_of_the_jobs) {
  std::set<std::size_t> done;
  const auto results = run_in_lanes(
      7, 3, [](std::size_t i) { return std::string(i * 50'000, 'x') + std::to_string(i); },
      [&](std::size_t i) { done.insert(i); });
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) {
    EXPECT_EQ((*results)[i], std::string(i * 50'000, 'x') + std::to_string(i));
  }
  EXPECT_EQ(done.size(), 7U);
}

TEST(Lanes, a_lane_that_dies_is_an_error_that_names_the_part) {
  const auto results = run_in_lanes(
      4, 2,
      [](std::size_t i) {
        if (i == 3) raise(SIGKILL);
        return std::string("done");
      },
      [](std::size_t) {});
  ASSERT_FALSE(results);
  EXPECT_EQ(results.error().kind, ErrorKind::runtime);
  EXPECT_NE(results.error().message.find("part 3"), std::string::npos);
}

TEST(Lanes, there_is_a_cpu) { EXPECT_GE(usable_cpus(), 1U); }

}  // namespace
}  // namespace pmembench
