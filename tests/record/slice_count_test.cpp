#include "record/slice_count.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(SliceCount, counts_slices_that_were_thrown_away) {
  Replicate replicate;
  replicate.slice_ns_per_operation = {1, 1, 1, 1};
  replicate.slice_disturbed = {false, true, false, false};
  replicate.disturbed = 3;  // two of them were repeated
  SliceCount count = count_slices(replicate);
  EXPECT_EQ(count.run, 6u);
  EXPECT_EQ(count.disturbed, 3u);
  EXPECT_DOUBLE_EQ(count.disturbed_share(), 0.5);
  count += {4, 0};
  EXPECT_DOUBLE_EQ(count.disturbed_share(), 0.3);
}

TEST(SliceCount, believes_the_flags_of_kept_slices) {
  Replicate replicate;
  replicate.slice_ns_per_operation = {1, 1};
  replicate.slice_disturbed = {true, true};
  EXPECT_EQ(count_slices(replicate).run, 2u);
  EXPECT_EQ(count_slices(replicate).disturbed, 2u);
  EXPECT_EQ(count_slices({}).disturbed_share(), 0);
}

}  // namespace
}  // namespace pmembench
