// Power cuts under a log with group commit.
#include "crash/log_trial.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

struct LogCase {
  const char* name;
  FsMount mount;
  std::uint32_t record_bytes;
  bool preallocated;
};

class LogCrash : public testing::TestWithParam<LogCase> {
 protected:
  static LogTrialOptions options() {
    LogTrialOptions options;
    options.rig.mount = GetParam().mount;
    options.rig.sector_bytes = 512;
    options.record_bytes = GetParam().record_bytes;
    options.preallocated = GetParam().preallocated;
    options.crashes = 300;
    options.seed = static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
    return options;
  }
};

TEST_P(LogCrash, leaves_every_acknowledged_record_whole_and_in_order) {
  const auto outcome = try_log_crashes(options());
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->crashes, 300U);
  EXPECT_TRUE(outcome->holds) << "seed " << options().seed << ": " << outcome->example;
}

TEST_P(LogCrash, is_seen_to_lose_records_that_were_acknowledged_too_early) {
  LogTrialOptions hasty = options();
  hasty.commits = false;
  const auto outcome = try_log_crashes(hasty);
  ASSERT_TRUE(outcome) << outcome.error().message;
  // On dax an overwrite is durable when it returns, commit or not.
  const bool durable_anyway = GetParam().preallocated && GetParam().mount == FsMount::dax;
  EXPECT_EQ(outcome->acknowledged_lost > 0, !durable_anyway) << "seed " << hasty.seed;
}

INSTANTIATE_TEST_SUITE_P(Logs, LogCrash,
                         testing::Values(LogCase{"dax_64", FsMount::dax, 64, false},
                                         LogCase{"dax_4096", FsMount::dax, 4096, false},
                                         LogCase{"dax_preallocated", FsMount::dax, 64, true},
                                         LogCase{"block_64", FsMount::block, 64, false},
                                         LogCase{"block_preallocated", FsMount::block, 4096, true},
                                         LogCase{"mixed_64", FsMount::mixed, 64, false}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace pmembench
