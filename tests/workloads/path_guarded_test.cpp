#include "workloads/path_guarded.hpp"

#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

struct Trial {
  std::string policy;
  std::string poison = "list";
  std::string access = "write";
  std::string bad_blocks = "5";
};

// One thread that goes over the whole device twice, in two intervals.
class Guarded : public testing::Test {
 protected:
  void run(const Trial& trial) {
    workload_.reset();
    path_.reset();
    fixture_.reset();
    opened_.device = test_device(builtin("clwb"));
    parameters_ = parameters_of("sequential", {{"access", trial.access}, {"batch", "16"}});
    parameters_["bad_blocks"] = trial.bad_blocks;
    parameters_["error_policy"] = trial.policy;
    parameters_["poison"] = trial.poison;
    auto fixture = prepare_guarded_path(opened_, parameters_);
    if (!fixture && fixture.error().kind == ErrorKind::environment) {
      GTEST_SKIP() << fixture.error().message;
    }
    ASSERT_TRUE(fixture) << fixture.error().message;
    fixture_ = *std::move(fixture);
    auto path = make_guarded_path(*opened_.device, fixture_.get());
    ASSERT_TRUE(path);
    path_ = *std::move(path);
    workload_ = find_workload("sequential")->make(parameters_, *path_, {0, 1, 7});
    ASSERT_TRUE(workload_->prepare());
    for (int interval = 0; interval < 2; ++interval) {
      fixture_->refresh();
      workload_->refresh();
      done_ = workload_->run(kPages);
      ASSERT_EQ(done_.operations, kPages) << workload_->failure();
      const Status verified = workload_->verify();
      ASSERT_TRUE(verified) << verified.error().message;
    }
  }
  [[nodiscard]] std::uint64_t counted(const char* name) const {
    return fixture_->counters().at(name);
  }

  static constexpr std::uint64_t kPages = (1 << 20) / DAX_PAGE_BYTES;
  OpenedDevice opened_;
  Parameters parameters_;
  std::unique_ptr<PathFixture> fixture_;
  std::unique_ptr<Path> path_;
  std::unique_ptr<Workload> workload_;
  Work done_;
};

TEST_F(Guarded, without_bad_blocks_does_what_direct_does) {
  run({.policy = "fail", .bad_blocks = "0"});
  EXPECT_EQ(done_.bytes, 1u << 20);
  EXPECT_EQ(counted("failed_operations"), 0u);
}

TEST_F(Guarded, fail_counts_each_write_that_met_a_bad_block) {
  run({.policy = "fail"});
  EXPECT_EQ(done_.bytes, (kPages - 5) * DAX_PAGE_BYTES);
  EXPECT_EQ(counted("failed_operations"), 2 * 5u);
  EXPECT_EQ(counted("mended_operations"), 0u);
  EXPECT_EQ(opened_.device->bad_blocks().list().size(), 5u);
}

TEST_F(Guarded, io_fallback_writes_by_the_block_layer_and_dax_resumes) {
  run({.policy = "io-fallback"});
  EXPECT_EQ(done_.bytes, kPages * DAX_PAGE_BYTES);
  EXPECT_EQ(counted("mended_operations"), 2 * 5u);
  EXPECT_EQ(counted("failed_operations"), 0u);
  EXPECT_TRUE(opened_.device->bad_blocks().empty());
}

TEST_F(Guarded, recovery_writes_by_the_devices_own_operation) {
  run({.policy = "recovery"});
  EXPECT_EQ(done_.bytes, kPages * DAX_PAGE_BYTES);
  EXPECT_EQ(opened_.device->counters().recovery_writes, 2 * 5u);
  EXPECT_TRUE(opened_.device->bad_blocks().empty());
}

TEST_F(Guarded, a_real_sigbus_is_survived_and_mended) {
  run({.policy = "recovery", .poison = "userfaultfd"});
  if (IsSkipped()) return;
  EXPECT_EQ(done_.bytes, kPages * DAX_PAGE_BYTES);
  EXPECT_EQ(counted("mended_operations"), 2 * 5u);
}

TEST_F(Guarded, a_real_sigbus_is_survived_and_counted) {
  run({.policy = "fail", .poison = "userfaultfd"});
  if (IsSkipped()) return;
  EXPECT_EQ(counted("failed_operations"), 2 * 5u);
}

TEST_F(Guarded, leaves_a_device_without_bad_blocks_behind) {
  for (const char* poison : {"list", "userfaultfd"}) {
    run({.policy = "fail", .poison = poison});
    if (IsSkipped()) return;
    path_.reset();
    fixture_.reset();
    EXPECT_TRUE(opened_.device->bad_blocks().empty());
    auto direct = find_path("direct")->make(*opened_.device, nullptr);
    auto reads = find_workload("sequential")
                     ->make(parameters_of("sequential", {{"access", "read"}}), **direct, {0, 1, 7});
    ASSERT_TRUE(reads->prepare());
    EXPECT_EQ(reads->run(kPages).operations, kPages);
  }
}

TEST_F(Guarded, reads_of_bad_blocks_fail_under_every_policy) {
  for (const char* policy : {"fail", "io-fallback", "recovery"}) {
    run({.policy = policy, .access = "read"});
    EXPECT_EQ(counted("failed_operations"), 2 * 5u) << policy;
    EXPECT_EQ(done_.bytes, (kPages - 5) * DAX_PAGE_BYTES) << policy;
  }
}

TEST_F(Guarded, a_dead_device_ends_the_run) {
  run({.policy = "recovery"});
  opened_.device->kill();
  EXPECT_LT(workload_->run(kPages).operations, kPages);
  EXPECT_EQ(workload_->failure(), "writing failed: No such device or address");
}

TEST(GuardedPath, refuses_more_bad_blocks_than_half_of_the_medium) {
  OpenedDevice opened{{}, test_device(builtin("movnt"))};
  const auto refused = prepare_guarded_path(
      opened, {{"bad_blocks", "129"}, {"error_policy", "fail"}, {"poison", "list"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "bad_blocks 129 is more than half of the medium's 256 pages: use fewer");
}

TEST(GuardedPath, mends_whole_pages_only) {
  Parameters parameters{{"bad_blocks", "1"}, {"error_policy", "recovery"}};
  EXPECT_EQ(guarded_path_granule(parameters), DAX_PAGE_BYTES);
  parameters["error_policy"] = "fail";
  EXPECT_EQ(guarded_path_granule(parameters), 1u);
}

}  // namespace
}  // namespace pmembench
