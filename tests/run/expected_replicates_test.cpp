#include "run/expected_replicates.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

const StoppingRule kRule{0.02, 6, 100};

TEST(ExpectedReplicates, are_unknown_before_there_is_a_spread) {
  EXPECT_FALSE(expected_replicates({}, kRule));
  const std::vector<double> one{1.0};
  EXPECT_FALSE(expected_replicates(one, kRule));
}

TEST(ExpectedReplicates, are_the_minimum_of_a_quiet_cell) {
  const std::vector<double> quiet{1.0, 1.001, 0.999};
  EXPECT_EQ(expected_replicates(quiet, kRule), 6U);
}

TEST(ExpectedReplicates, are_the_maximum_of_a_cell_that_will_not_converge) {
  const std::vector<double> wild{1.0, 2.0, 0.5};
  EXPECT_EQ(expected_replicates(wild, kRule), 100U);
}

// 5 % between processes and 2 % asked: (1.96 x 5 / 2)^2 is 24.
TEST(ExpectedReplicates, grow_with_the_square_of_the_spread) {
  const std::vector<double> some{-0.05, 0.05, -0.05, 0.05, -0.05, 0.05, -0.05, 0.05, 0};
  EXPECT_EQ(expected_replicates(some, kRule), 25U);  // their standard deviation is exactly 0.05
}

}  // namespace
}  // namespace pmembench
