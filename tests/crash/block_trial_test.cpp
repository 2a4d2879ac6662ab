// Crashes of the block translations: what each promises holds, and what is broken is found.
#include "crash/block_trial.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

std::string text_of(const CrashOutcome& outcome) {
  return fmt::format("{}: {} crashes, {} torn, {} lost, {} neighbours, {} broken; {}",
                     outcome.target, outcome.crashes, outcome.torn, outcome.acknowledged_lost,
                     outcome.neighbours_damaged, outcome.broken_invariants, outcome.example);
}

CrashOutcome sampled(const BlockTarget& target, std::uint64_t crashes = 4000) {
  const std::uint64_t seed = 20260101;
  const CrashOutcome outcome = sample_block_crashes(target, {crashes, seed});
  testing::Test::RecordProperty(target.name + "_seed", std::to_string(seed));
  EXPECT_EQ(outcome.crashes, crashes) << text_of(outcome);
  return outcome;
}

TEST(BlockTrial, raw_tears_only_the_sectors_in_flight) {
  const CrashOutcome outcome = sampled(raw_target());
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
  EXPECT_GT(outcome.torn, 400U) << text_of(outcome);
  EXPECT_EQ(outcome.acknowledged_lost + outcome.neighbours_damaged + outcome.broken_invariants, 0U);
}

TEST(BlockTrial, btt_tears_nothing_and_loses_nothing) {
  const CrashOutcome outcome = sampled(btt_target());
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
  EXPECT_EQ(outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged +
                outcome.broken_invariants,
            0U)
      << text_of(outcome);
}

TEST(BlockTrial, rmw_damages_acknowledged_neighbours) {
  const CrashOutcome outcome = sampled(rmw_target());
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
  EXPECT_GT(outcome.neighbours_damaged, 400U) << text_of(outcome);
  EXPECT_EQ(outcome.broken_invariants, 0U) << text_of(outcome);
}

TEST(BlockTrial, rmw_without_the_erase_pass_tears_only_what_is_in_flight) {
  const CrashOutcome outcome = sampled(rmw_overwriting_target());
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
  EXPECT_GT(outcome.torn, 400U) << text_of(outcome);
}

TEST(BlockTrial, holds_at_every_event_of_a_history_with_every_image) {
  for (const BlockTarget& target :
       {raw_target(), btt_target(), rmw_target(), rmw_overwriting_target()}) {
    const CrashOutcome outcome = enumerate_block_crashes(target, 3);
    EXPECT_TRUE(outcome.holds) << text_of(outcome);
    EXPECT_GT(outcome.crashes, 500U) << text_of(outcome);
  }
}

TEST(BlockTrial, follows_from_its_seed) {
  const CrashOutcome one = sample_block_crashes(rmw_target(), {200, 5});
  EXPECT_EQ(text_of(one), text_of(sample_block_crashes(rmw_target(), {200, 5})));
  EXPECT_NE(text_of(one), text_of(sample_block_crashes(rmw_target(), {200, 6})));
}

// ---- orders of a btt's write that are wrong: each must be found ----

using enum BttStep;

std::uint64_t found(const std::vector<BttStep>& steps, CrashOutcome& outcome) {
  const CrashOutcome enumerated = enumerate_block_crashes(btt_target(steps), 3);
  EXPECT_FALSE(enumerated.holds) << text_of(enumerated);
  outcome = sampled(btt_target(steps));
  EXPECT_FALSE(outcome.holds) << text_of(outcome);
  EXPECT_FALSE(outcome.example.empty());
  return outcome.torn + outcome.acknowledged_lost + outcome.neighbours_damaged +
         outcome.broken_invariants;
}

TEST(BttMutant, without_a_fence_before_the_map_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(found({store_data, store_flog_blocks, store_flog_sequence, store_map, fence}, outcome),
            0U);
  EXPECT_GT(outcome.torn, 0U) << text_of(outcome);
}

TEST(BttMutant, without_the_fence_between_flog_and_map_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(
      found({store_data, fence, store_flog_blocks, fence, store_flog_sequence, store_map, fence},
            outcome),
      0U);
  EXPECT_GT(outcome.broken_invariants, 0U) << text_of(outcome);
}

TEST(BttMutant, with_the_sequence_half_first_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(found({store_data, fence, store_flog_sequence, fence, store_flog_blocks, fence,
                   store_map, fence},
                  outcome),
            0U)
      << text_of(outcome);
}

TEST(BttMutant, with_the_map_before_the_flog_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(found({store_data, fence, store_map, fence, store_flog_blocks, fence,
                   store_flog_sequence, fence},
                  outcome),
            0U);
  EXPECT_GT(outcome.broken_invariants, 0U) << text_of(outcome);
}

TEST(BttMutant, without_a_flog_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(found({store_data, fence, store_map, fence}, outcome), 0U);
  EXPECT_GT(outcome.broken_invariants, 0U) << text_of(outcome);
}

// Not a mutant: the fence that follows covers the data, so nothing may be found.
TEST(BttMutant, without_the_fence_behind_the_data_is_as_good_as_the_original) {
  const CrashOutcome outcome = sampled(btt_target(
      {store_data, store_flog_blocks, fence, store_flog_sequence, fence, store_map, fence}));
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
}

}  // namespace
}  // namespace pmembench
