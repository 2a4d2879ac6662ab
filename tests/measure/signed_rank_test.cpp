#include "measure/signed_rank.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

using Values = std::vector<double>;

TEST(SignedRank, matches_probabilities_counted_by_hand) {
  // Of 8 sign patterns one has all three positive.
  EXPECT_DOUBLE_EQ(signed_rank_p_value(Values{1, 2, 3}), 0.25);
  EXPECT_DOUBLE_EQ(signed_rank_p_value(Values{1, 2, 3}, Alternative::greater), 0.125);
  EXPECT_DOUBLE_EQ(signed_rank_p_value(Values{1, 2, 3}, Alternative::less), 1);
  EXPECT_DOUBLE_EQ(signed_rank_p_value(Values{-1, 2, 3}, Alternative::greater), 0.25);
}

TEST(SignedRank, counts_ties_by_their_midranks_and_drops_zeros) {
  // Ranks 1.5, 1.5, 3: T+ of 4.5 or more has 3 of 8 patterns.
  EXPECT_DOUBLE_EQ(signed_rank_p_value(Values{0, 1, -1, 2}, Alternative::greater), 3.0 / 8);
}

TEST(SignedRank, finds_nothing_in_nothing) {
  EXPECT_EQ(signed_rank_p_value(Values{}), 1);
  EXPECT_EQ(signed_rank_p_value(Values{0, 0}), 1);
}

}  // namespace
}  // namespace pmembench
