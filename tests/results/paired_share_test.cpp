#include "results/paired_share.hpp"

#include <gtest/gtest.h>

#include "sample.hpp"

namespace pmembench {
namespace {

TEST(PairedShare, is_of_replicates_of_the_same_round) {
  FiguresByCell replicates;
  for (unsigned index = 0; index < 8; ++index) {
    replicates["below"].push_back(sample::replicate(index, 100 * (1 + index)));
    // In the opposite order: pairs go by index, not by place.
    replicates["above"].push_back(sample::replicate(7 - index, 150 * (8 - index)));
  }
  const auto share = paired_share(replicates, "below", "above", 0.95);
  ASSERT_TRUE(share);
  EXPECT_NEAR(share->estimate, 0.5, 1e-9);
  ASSERT_TRUE(share->has_interval);
  EXPECT_NEAR(share->low, 0.5, 1e-9);
  EXPECT_NEAR(share->high, 0.5, 1e-9);
}

TEST(PairedShare, is_absent_where_fewer_than_two_rounds_have_both) {
  FiguresByCell replicates;
  EXPECT_FALSE(paired_share(replicates, "below", "above", 0.95));
  replicates["below"] = {sample::replicate(0, 100), sample::replicate(1, 100)};
  replicates["above"] = {sample::replicate(1, 150), sample::replicate(2, 150)};
  EXPECT_FALSE(paired_share(replicates, "below", "above", 0.95));
}

}  // namespace
}  // namespace pmembench
