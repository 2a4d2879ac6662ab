// Crashes of the block translations: what each promises holds, and what is broken is found.
#include "crash/block_trial.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"
#include "block/block_device.hpp"
#include "crash/sector_log.hpp"
#include "dax/crash_device.hpp"

namespace pmembench {
namespace {

std::string text_of(const CrashOutcome& outcome) {
  return fmt::format("{}: {} crashes, {} torn, {} lost, {} neighbours, {} broken; {}",
                     outcome.target, outcome.crashes, outcome.torn, outcome.acknowledged_lost,
                     outcome.neighbours_damaged, outcome.broken_invariants, outcome.example);
}

#ifdef PMEMBENCH_SANITIZED
constexpr std::uint64_t kSample = 400;
#else
constexpr std::uint64_t kSample = 4000;
#endif

CrashOutcome sampled(const BlockTarget& target, std::uint64_t crashes = kSample) {
  const std::uint64_t seed = 20260101;
  const CrashOutcome outcome = sample_block_crashes(target, {crashes, seed});
  testing::Test::RecordProperty(target.name + "_seed", std::to_string(seed));
  EXPECT_EQ(outcome.crashes, crashes) << text_of(outcome);
  return outcome;
}

TEST(BlockTrial, raw_tears_only_the_sectors_in_flight) {
  const CrashOutcome outcome = sampled(raw_target());
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
  EXPECT_GT(outcome.torn, kSample / 10) << text_of(outcome);
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
  EXPECT_GT(outcome.neighbours_damaged, kSample / 10) << text_of(outcome);
  EXPECT_EQ(outcome.broken_invariants, 0U) << text_of(outcome);
}

TEST(BlockTrial, rmw_without_the_erase_pass_tears_only_what_is_in_flight) {
  const CrashOutcome outcome = sampled(rmw_overwriting_target());
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
  EXPECT_GT(outcome.torn, kSample / 10) << text_of(outcome);
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

// Of a request of several sectors each is durable before the next begins.
TEST(BlockTrial, btt_keeps_no_sector_of_a_request_without_those_before_it) {
  const BlockTarget target = btt_target();
  const SectorContent content{512, true};
  constexpr std::uint64_t kSectors = 4;
  std::vector<std::byte> data(kSectors * 512);
  for (std::uint64_t i = 0; i < kSectors; ++i) {
    content.fill(i, 1, std::span(data).subspan(i * 512, 512));
  }
  std::set<std::uint64_t> kept_ever;
  for (const bool needs_flush : {false, true}) {
    const CrashDevice::Options memory{target.device_bytes, needs_flush};
    CrashDevice empty = std::move(CrashDevice::make(memory)).value();
    ASSERT_TRUE(target.format(empty.device()));
    Random random(1);
    const std::vector<std::byte> formatted = empty.image(random);
    const auto look = [&](std::span<const std::byte> image) {
      CrashDevice rebooted = std::move(CrashDevice::reboot(memory, image)).value();
      const auto block = std::move(target.open(rebooted.device())).value();
      const auto session = block->session();
      std::vector<std::byte> found(512);
      std::uint64_t kept = 0;
      for (std::uint64_t i = 0; i < kSectors; ++i) {
        EXPECT_EQ(session->read_at(i * 512, found), 0);
        if (content.matches(i, 1, found)) {
          EXPECT_EQ(kept, i) << "the one before it is not there";
          kept = i + 1;
        }
      }
      kept_ever.insert(kept);
      return true;
    };
    for (std::uint64_t cut_at = 1; cut_at < 60; ++cut_at) {
      CrashDevice device = std::move(CrashDevice::reboot(memory, formatted)).value();
      device.cut_power_at(cut_at);
      {
        const auto block = std::move(target.open(device.device())).value();
        ASSERT_EQ(block->session()->write_at(0, data), 0);
      }
      if (device.for_each_image(2000, look)) continue;
      for (int i = 0; i < 50; ++i) look(device.image(random));
    }
  }
  EXPECT_EQ(kept_ever.size(), kSectors + 1) << "power was cut before and behind each of them";
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
  EXPECT_GT(found({store_data, store_flog_blocks, store_flog_sequence, store_map}, outcome), 0U);
  EXPECT_GT(outcome.torn, 0U) << text_of(outcome);
}

TEST(BttMutant, without_the_fence_before_the_sequence_number_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(found({store_data, store_flog_blocks, store_flog_sequence, fence, store_map}, outcome),
            0U);
  EXPECT_GT(outcome.torn, 0U) << text_of(outcome);
}

TEST(BttMutant, without_the_fence_between_flog_and_map_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(
      found({store_data, store_flog_blocks, fence, store_flog_sequence, store_map, fence}, outcome),
      0U);
  EXPECT_GT(outcome.broken_invariants, 0U) << text_of(outcome);
}

TEST(BttMutant, with_the_sequence_half_first_is_found) {
  CrashOutcome outcome;
  EXPECT_GT(
      found({store_data, store_flog_sequence, fence, store_flog_blocks, fence, store_map}, outcome),
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

// Not a mutant: the kernel's order, with a fence behind each step.
TEST(BttMutant, with_the_fences_of_the_kernel_is_as_good_as_the_original) {
  const CrashOutcome outcome = sampled(btt_target(
      {store_data, fence, store_flog_blocks, fence, store_flog_sequence, fence, store_map, fence}));
  EXPECT_TRUE(outcome.holds) << text_of(outcome);
}

}  // namespace
}  // namespace pmembench
