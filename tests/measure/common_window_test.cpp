#include "measure/common_window.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

RankSlices slices(double begin_ns, unsigned count, double length_ns, double bound_ns = 0) {
  RankSlices rank;
  rank.bound_ns = bound_ns;
  for (unsigned i = 0; i < count; ++i) {
    rank.slices.push_back({begin_ns + i * length_ns, begin_ns + (i + 1) * length_ns});
  }
  return rank;
}

TEST(CommonWindow, is_from_the_last_to_begin_to_the_first_to_end) {
  const std::vector<RankSlices> ranks{slices(1'000, 10, 100), slices(1'250, 10, 100),
                                      slices(1'010, 8, 100)};
  const CommonWindow window = common_window(ranks, 1'000);
  EXPECT_DOUBLE_EQ(window.begin_ns, 1'250);
  EXPECT_DOUBLE_EQ(window.end_ns, 1'810);
  EXPECT_DOUBLE_EQ(window.length_ns(), 560);
  EXPECT_EQ(window.counted[0].first, 3U);
  EXPECT_EQ(window.counted[0].count(), 5U);  // 1300 .. 1800
  EXPECT_EQ(window.counted[1].first, 0U);
  EXPECT_EQ(window.counted[1].count(), 5U);  // 1250 .. 1750
  EXPECT_EQ(window.counted[2].first, 3U);
  EXPECT_EQ(window.counted[2].count(), 5U);  // 1310 .. 1810
  EXPECT_DOUBLE_EQ(window.lateness_ns[1], 250);
  EXPECT_DOUBLE_EQ(window.busy_share[0], 500.0 / 560);
  EXPECT_EQ(window.first_done, 2U);
  EXPECT_EQ(window.last_done, 1U);
  EXPECT_DOUBLE_EQ(window.first_done_ns, 810);
  EXPECT_DOUBLE_EQ(window.last_done_ns, 1'250);
  EXPECT_EQ(empty_window(window, std::vector<std::string>{"a", "b", "c"}), "");
}

TEST(CommonWindow, what_the_clocks_do_not_show_to_be_inside_does_not_count) {
  const std::vector<RankSlices> ranks{slices(1'000, 10, 100), slices(1'000, 10, 100, 60)};
  const CommonWindow window = common_window(ranks, 1'000);
  EXPECT_DOUBLE_EQ(window.begin_ns, 1'060);
  EXPECT_DOUBLE_EQ(window.end_ns, 1'940);
  EXPECT_EQ(window.counted[0].first, 1U);
  EXPECT_EQ(window.counted[0].end, 9U);
  EXPECT_EQ(window.counted[1].first, 2U);  // 1100 may have been 1040, before the window
  EXPECT_EQ(window.counted[1].end, 8U);    // 1900 may have been 1960, behind it
}

TEST(CommonWindow, a_slice_across_a_border_is_not_inside) {
  const std::vector<RankSlices> ranks{slices(1'000, 1, 1'000), slices(1'500, 4, 100)};
  const CommonWindow window = common_window(ranks, 1'000);
  EXPECT_EQ(window.counted[0].count(), 0U);
  EXPECT_EQ(window.counted[1].count(), 4U);
  const std::string why = empty_window(window, std::vector<std::string>{"n01", "n02"});
  EXPECT_NE(why.find("n01"), std::string::npos);
  EXPECT_NE(why.find("shorter"), std::string::npos);
}

TEST(CommonWindow, of_ranks_that_never_ran_together_is_empty) {
  const std::vector<RankSlices> ranks{slices(1'000, 3, 100), slices(2'000, 3, 100)};
  const CommonWindow window = common_window(ranks, 1'000);
  EXPECT_DOUBLE_EQ(window.length_ns(), 0);
  EXPECT_NE(empty_window(window, std::vector<std::string>{"n01", "n02"}).find("there was none"),
            std::string::npos);
}

TEST(CommonWindow, of_a_rank_without_a_slice_is_empty) {
  const std::vector<RankSlices> ranks{slices(1'000, 3, 100), RankSlices{}};
  const CommonWindow window = common_window(ranks, 1'000);
  EXPECT_DOUBLE_EQ(window.length_ns(), 0);
  EXPECT_EQ(window.counted[1].count(), 0U);
  EXPECT_DOUBLE_EQ(window.busy_share[0], 0);
  EXPECT_FALSE(empty_window(window, std::vector<std::string>{"n01", "n02"}).empty());
}

}  // namespace
}  // namespace pmembench
