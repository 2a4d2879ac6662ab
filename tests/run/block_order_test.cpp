#include "run/block_order.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace pmembench {
namespace {

TEST(BlockOrder, has_every_arm_once_in_a_block) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (std::size_t block = 0; block < 12; ++block) {
      const BlockOrder order = block_order(seed, block);
      EXPECT_EQ(std::set<Arm>(order.begin(), order.end()).size(), kArms) << seed << " " << block;
    }
  }
}

TEST(BlockOrder, is_balanced_by_position_and_predecessor_in_any_six_blocks) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (std::size_t first = 0; first < 8; ++first) {
      std::map<std::pair<std::size_t, Arm>, int> at_position;
      std::map<std::pair<Arm, Arm>, int> follows;
      for (std::size_t block = first; block < first + 6; ++block) {
        const BlockOrder order = block_order(seed, block);
        for (std::size_t i = 0; i < kArms; ++i) ++at_position[{i, order[i]}];
        for (std::size_t i = 1; i < kArms; ++i) ++follows[{order[i - 1], order[i]}];
      }
      ASSERT_EQ(at_position.size(), kArms * kArms);
      for (const auto& [place, count] : at_position) ASSERT_EQ(count, 2) << seed << " " << first;
      ASSERT_EQ(follows.size(), kArms * (kArms - 1));
      for (const auto& [pair, count] : follows) ASSERT_EQ(count, 2) << seed << " " << first;
    }
  }
}

TEST(BlockOrder, begins_elsewhere_with_another_seed_and_repeats_with_the_same) {
  std::set<BlockOrder> begins;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    begins.insert(block_order(seed, 0));
    EXPECT_EQ(block_order(seed, 5), block_order(seed, 5));
    EXPECT_EQ(block_order(seed, 1), block_order(seed, 7));
  }
  EXPECT_EQ(begins.size(), 6u);
}

TEST(OpeningOrder, lets_every_arm_be_last_equally_often) {
  std::map<Arm, int> last;
  std::set<BlockOrder> orders;
  for (unsigned replicate = 0; replicate < 6; ++replicate) {
    orders.insert(opening_order(replicate));
    ++last[opening_order(replicate).back()];
  }
  EXPECT_EQ(orders.size(), 6u);
  EXPECT_EQ(last, (std::map<Arm, int>{{Arm::base, 2}, {Arm::control, 2}, {Arm::head, 2}}));
}

}  // namespace
}  // namespace pmembench
