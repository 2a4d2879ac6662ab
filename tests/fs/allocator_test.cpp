// Free blocks and inode numbers.
#include "fs/allocator.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"

namespace pmembench::fs {
namespace {

using Blocks = ::pmembench::fs::Run;  // a test has a member of that name
constexpr std::uint32_t kNoGoal = Allocator::kNoGoal;

TEST(Allocator, gives_every_block_once_and_then_none) {
  Allocator blocks(1000, 4);
  std::set<std::uint32_t> given;
  Random random(1);
  while (true) {
    const Blocks run = blocks.allocate(static_cast<std::uint32_t>(random.below(40)) + 1, kNoGoal,
                                       static_cast<std::uint32_t>(random()));
    if (run.count == 0) break;
    for (std::uint32_t i = 0; i < run.count; ++i) {
      EXPECT_TRUE(given.insert(run.start + i).second);
    }
  }
  EXPECT_EQ(given.size(), 1000);
  EXPECT_EQ(*given.rbegin(), 999);
  EXPECT_EQ(blocks.free_blocks(), 0);
  blocks.free({500, 100});
  EXPECT_EQ(blocks.free_blocks(), 100);
  EXPECT_EQ(blocks.allocate(1000, kNoGoal, 3).count, 88U) << "what is free of its own group";
}

TEST(Allocator, goes_on_at_the_goal_where_that_is_free) {
  Allocator blocks(4096, 2);
  EXPECT_EQ(blocks.allocate(4, 77, 0), (Blocks{77, 4}));
  EXPECT_EQ(blocks.allocate(4, 75, 0), (Blocks{75, 2}));
  EXPECT_NE(blocks.allocate(4, 77, 0).start, 77U);
}

TEST(Allocator, begins_large_runs_where_large_pages_do) {
  Allocator blocks(8192, 2);
  EXPECT_EQ(blocks.allocate(1, kNoGoal, 0), (Blocks{0, 1}));
  EXPECT_EQ(blocks.allocate(1024, kNoGoal, 0, true), (Blocks{512, 1024}));
  // Not the half-free one of its own group, as long as another group has a whole one.
  ASSERT_EQ(blocks.allocate(2560, kNoGoal, 0, true), (Blocks{1536, 2560}));
  EXPECT_EQ(blocks.allocate(512, kNoGoal, 0, true), (Blocks{4096, 512}));
}

TEST(Allocator, refuses_to_take_what_is_taken_or_not_there) {
  Allocator blocks(100, 1);
  EXPECT_TRUE(blocks.take({10, 10}));
  EXPECT_FALSE(blocks.take({19, 1}));
  EXPECT_FALSE(blocks.take({99, 2}));
  EXPECT_FALSE(blocks.take({UINT32_MAX, 2}));
  EXPECT_TRUE(blocks.take({99, 1}));
  EXPECT_EQ(blocks.free_blocks(), 89);
}

TEST(AllocatorDeathTest, ends_the_program_where_a_block_is_freed_twice) {
  Allocator blocks(100, 1);
  EXPECT_DEATH(blocks.free({1, 1}), "freed twice");
}

TEST(Allocator, gives_of_the_own_group_first_and_then_of_others) {
  Allocator numbers(1024, 2);
  EXPECT_EQ(numbers.allocate(1, kNoGoal, 1).start, 512U);
  EXPECT_EQ(numbers.allocate(1, kNoGoal, 0).start, 0U);
  EXPECT_EQ(numbers.allocate(511, kNoGoal, 1).count, 511U);
  EXPECT_EQ(numbers.allocate(1, kNoGoal, 1), (Blocks{1, 1}));
  numbers.free({700, 1});
  EXPECT_EQ(numbers.allocate(1, kNoGoal, 1).start, 700U) << "what came back is given first";
}

}  // namespace
}  // namespace pmembench::fs
