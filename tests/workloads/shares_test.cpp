#include "workloads/shares.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Shares, are_values_with_percent) {
  const auto shares = read_shares("4K:60.5+64K:39.5");
  ASSERT_TRUE(shares);
  ASSERT_EQ(shares->size(), 2U);
  EXPECT_EQ((*shares)[0].first, "4K");
  EXPECT_EQ((*shares)[0].second, 60.5);
  EXPECT_EQ((*shares)[1].first, "64K");
}

TEST(Shares, refuse_what_is_no_percentage) {
  for (const char* text : {"", "+", "4K", "4K:", ":60", "4K:inf", "4K:101", "4K:6x", "4K:60+"}) {
    EXPECT_FALSE(read_shares(text)) << text;
  }
}

TEST(Shares, of_sizes_are_whole_and_add_up) {
  const auto sizes = read_sizes("4K:60+64K:40");
  ASSERT_TRUE(sizes);
  EXPECT_EQ((*sizes)[0].bytes, 4096U);
  EXPECT_EQ((*sizes)[1].percent, 40U);
  for (const char* text : {"4K:60", "4K:60+64K:50", "4K:99.5+64K:0.5", "x:100", "4K:100+64K:0"}) {
    EXPECT_FALSE(read_sizes(text)) << text;
  }
}

}  // namespace
}  // namespace pmembench
