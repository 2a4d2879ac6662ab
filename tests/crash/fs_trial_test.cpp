// Power cuts under the small file system, in its three mounts; and four journals that must fail.
#include "crash/fs_trial.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

using fs::JournalStep;

void expect_holds(const Result<CrashOutcome>& outcome) {
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_GT(outcome->crashes, 0);
  EXPECT_TRUE(outcome->holds) << outcome->target << ": " << outcome->example << "\n torn "
                              << outcome->torn << ", lost " << outcome->acknowledged_lost
                              << ", damaged " << outcome->neighbours_damaged << ", broken "
                              << outcome->broken_invariants << " of " << outcome->crashes;
}

struct Case {
  const char* name;
  FsMount mount;
  bool copy_on_write;
  std::uint32_t sector_bytes;
  bool needs_flush;
};

class FsCrash : public testing::TestWithParam<Case> {
 protected:
  static FsTrialOptions options() {
    FsTrialOptions options;
    options.mount = GetParam().mount;
    options.options.copy_on_write = options.whole_blocks = GetParam().copy_on_write;
    options.sector_bytes = GetParam().sector_bytes;
    options.needs_flush = GetParam().needs_flush;
    options.seed = static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
    return options;
  }
};

TEST_P(FsCrash, leaves_a_clean_file_system_with_every_synced_byte) {
  FsTrialOptions trial = options();
  trial.crashes = 300;
  expect_holds(try_fs_crashes(trial));
}

TEST_P(FsCrash, at_every_event_of_a_short_sequence_leaves_it_so) {
  FsTrialOptions trial = options();
  trial.operations = 6;
  expect_holds(try_every_fs_crash(trial, 64));
}

INSTANTIATE_TEST_SUITE_P(Mounts, FsCrash,
                         testing::Values(Case{"dax", FsMount::dax, false, 4096, true},
                                         Case{"dax_past_the_cache", FsMount::dax, false, 4096,
                                              false},
                                         Case{"dax_copy_on_write", FsMount::dax, true, 4096, true},
                                         Case{"block", FsMount::block, false, 4096, true},
                                         Case{"block_of_512", FsMount::block, true, 512, true},
                                         Case{"mixed", FsMount::mixed, false, 512, true}),
                         [](const auto& one) { return std::string(one.param.name); });

struct Mutant {
  const char* name;
  FsMount mount;
  fs::JournalProcedure journal;
};

class BrokenJournal : public testing::TestWithParam<Mutant> {};

TEST_P(BrokenJournal, is_caught) {
  FsTrialOptions trial;
  trial.seed = static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
  trial.mount = GetParam().mount;
  trial.options.journal = GetParam().journal;
  trial.crashes = 500;
  const auto outcome = try_fs_crashes(trial);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_FALSE(outcome->holds) << "seed " << trial.seed;
}

using enum JournalStep;
const auto kMutantName = [](const auto& one) { return std::string(one.param.name); };

INSTANTIATE_TEST_SUITE_P(
    OnDax, BrokenJournal,
    testing::Values(Mutant{"commits_before_its_records_are_durable",
                           FsMount::dax,
                           {records, commit, barrier, in_place, barrier, clear, barrier}},
                    Mutant{"changes_the_place_before_the_commit_is_durable",
                           FsMount::dax,
                           {records, barrier, commit, in_place, barrier, clear, barrier}},
                    Mutant{"forgets_the_commit_before_the_place_is_durable",
                           FsMount::dax,
                           {records, barrier, commit, barrier, in_place, clear, barrier}},
                    Mutant{
                        "changes_the_place_without_a_commit", FsMount::dax, {in_place, barrier}}),
    kMutantName);

// What sectors may do to a journal: lie in a cache in any order.
INSTANTIATE_TEST_SUITE_P(OnSectors, BrokenJournal,
                         testing::Values(Mutant{"changes_the_place_before_the_commit_is_durable",
                                                FsMount::block,
                                                {records_and_commit, in_place, barrier, clear}},
                                         Mutant{"forgets_the_commit_before_the_place_is_durable",
                                                FsMount::block,
                                                {records_and_commit, barrier, in_place, clear}},
                                         Mutant{"changes_the_place_first",
                                                FsMount::block,
                                                {in_place, records_and_commit, barrier, clear}},
                                         Mutant{"is_acknowledged_before_it_is_durable",
                                                FsMount::block,
                                                {records_and_commit, in_place, clear}},
                                         Mutant{"changes_the_place_without_a_commit",
                                                FsMount::block,
                                                {in_place, barrier}}),
                         kMutantName);

// The check of whole blocks is one: what is overwritten in place is torn by a crash.
TEST(FsCrashOfBlocks, tears_what_is_overwritten_in_place) {
  FsTrialOptions trial;
  trial.seed = static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
  trial.whole_blocks = true;
  trial.crashes = 300;
  std::uint64_t torn = 0;
  for (unsigned attempt = 0; attempt < 20 && torn == 0; ++attempt) {
    const auto in_place = try_fs_crashes(trial);
    ASSERT_TRUE(in_place) << in_place.error().message;
    torn = in_place->torn;
    if (torn == 0) ++trial.seed;
  }
  EXPECT_GT(torn, 0U) << "up to seed " << trial.seed;
  trial.options.copy_on_write = true;
  expect_holds(try_fs_crashes(trial));
}

}  // namespace
}  // namespace pmembench
