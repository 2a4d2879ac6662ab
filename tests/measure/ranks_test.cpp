#include "measure/ranks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Ranks, give_equal_values_their_mean_rank) {
  const Midranks ranks = midranks(std::vector<double>{5, 1, 5, 9, 5});
  EXPECT_THAT(ranks.doubled, testing::ElementsAre(6, 2, 6, 10, 6));
  EXPECT_EQ(ranks.tie_term, 24);
  EXPECT_TRUE(midranks({}).doubled.empty());
}

}  // namespace
}  // namespace pmembench
