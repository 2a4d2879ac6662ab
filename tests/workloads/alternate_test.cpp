// Runs of loads and writes: sizes, turns, and what verify finds.
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

TEST(Alternate, verifies_its_loads_and_its_last_write_in_each_turn) {
  const auto device = test_device(builtin("clflush"));
  auto path = *find_path("mapped")->make(*device, nullptr);
  const WorkloadType& type = *find_workload("alternate");
  const Parameters parameters = parameters_of("alternate", {});
  const auto workload = type.make(parameters, *path, {0, 1, 5});
  ASSERT_TRUE(workload->prepare());
  for (unsigned turn = 0; turn < type.turns(parameters); ++turn) {
    workload->take_turn(turn);
    workload->refresh();
    EXPECT_EQ(workload->run(1000).operations, 1000U) << workload->failure();
    const Status verified = workload->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
  for (std::byte& each : path->mapping()) each = std::byte{7};
  EXPECT_FALSE(workload->verify());
}

// Of a slow memory a call is of one operation: a run goes on where the one before ended.
TEST(Alternate, calls_of_one_operation_are_the_runs_of_a_long_call) {
  const auto device = test_device(builtin("clflush"));
  const WorkloadType& type = *find_workload("alternate");
  for (unsigned turn = 0; turn < 4; ++turn) {
    std::uint64_t bytes[2] = {};
    for (const std::uint64_t each : {1U, 48U}) {
      auto path = *find_path("mapped")->make(*device, nullptr);
      const auto workload = type.make(parameters_of("alternate", {}), *path, {0, 1, 5});
      ASSERT_TRUE(workload->prepare());
      workload->take_turn(turn);
      workload->refresh();
      for (std::uint64_t done = 0; done < 48; done += each) {
        bytes[each == 1] += workload->run(each).bytes;
      }
      EXPECT_TRUE(workload->verify());
    }
    EXPECT_EQ(bytes[0], 24U * 8 + 24 * 64) << turn;
    EXPECT_EQ(bytes[1], bytes[0]) << turn;
  }
}

TEST(Alternate, bears_an_interval_without_a_write) {
  const auto device = test_device(builtin("clflush"));
  auto path = *find_path("mapped")->make(*device, nullptr);
  const WorkloadType& type = *find_workload("alternate");
  const auto workload = type.make(parameters_of("alternate", {}), *path, {0, 1, 5});
  ASSERT_TRUE(workload->prepare());
  workload->run(1000);
  workload->refresh();
  EXPECT_EQ(workload->run(1).operations, 1U);
  EXPECT_TRUE(workload->verify());
}

TEST(Alternate, refuses_a_medium_without_room) {
  const WorkloadType& type = *find_workload("alternate");
  EXPECT_TRUE(type.check(parameters_of("alternate", {}), 4096, 1));
  EXPECT_FALSE(type.check(parameters_of("alternate", {}), 128, 1));
  EXPECT_FALSE(type.check(parameters_of("alternate", {{"range_size", "8192"}}), 4096, 1));
}

}  // namespace
}  // namespace pmembench
