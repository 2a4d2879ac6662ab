#include "measure/beta.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Beta, matches_integrals_worked_by_hand) {
  EXPECT_DOUBLE_EQ(regularized_beta(1, 1, 0.3), 0.3);
  EXPECT_NEAR(regularized_beta(2, 2, 0.5), 0.5, 1e-14);
  EXPECT_NEAR(regularized_beta(2, 1, 0.5), 0.25, 1e-14);
  EXPECT_EQ(regularized_beta(2, 3, 0), 0);
  EXPECT_EQ(regularized_beta(2, 3, 1), 1);
  EXPECT_NEAR(regularized_beta(5e8, 5e8, 0.5), 0.5, 1e-5);
}

}  // namespace
}  // namespace pmembench
