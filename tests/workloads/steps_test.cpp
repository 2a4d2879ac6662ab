// Several operations as one: grammar, refusals, the walk, and what verify finds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::string step_refusal(const Parameters& changed, std::uint64_t device_bytes = 1 << 20) {
  const Status status =
      find_workload("steps")->check(parameters_of("steps", changed), device_bytes, 1);
  return status ? "accepted" : status.error().message;
}

TEST(Steps, are_refused_where_they_would_harm_a_link_or_are_none) {
  EXPECT_EQ(step_refusal({}), "accepted");
  for (const char* steps :
       {"", "read", "read:0", "read:4", "jump:64", "read:64:8", "read:2K", "write:64:0",
        "write:64:-32", "write:64:1000", "write:64:-1020", "read:64+", "persist:64:x"}) {
    EXPECT_NE(step_refusal({{"steps", steps}}), "accepted") << steps;
  }
  EXPECT_EQ(step_refusal({{"steps", "load:64+write:64:8+persist:8:-1016"}}), "accepted");
  EXPECT_NE(step_refusal({{"range_size", "4096"}, {"stride", "2048"}}), "accepted");
}

class EveryStep : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(EveryStep, walks_along_its_links_and_writes_next_to_them) {
  const auto device = test_device(builtin("clflush"));
  auto path = *find_path("direct")->make(*device, nullptr);
  const auto workload = find_workload("steps")->make(
      parameters_of("steps",
                    {{"steps", std::get<0>(GetParam())}, {"start", std::get<1>(GetParam())}}),
      *path, {0, 1, 5});
  ASSERT_TRUE(workload->prepare());
  for (int interval = 0; interval < 3; ++interval) {
    workload->refresh();
    const Work work = workload->run(700);
    EXPECT_EQ(work.operations, 700U) << workload->failure();
    const Status verified = workload->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(Lists, EveryStep,
                         testing::Combine(testing::Values("read:512+read:512+write:64:-64",
                                                          "load:64+load:64",
                                                          "read:64+persist:256:64", "write:8:8",
                                                          "read:1K+write:1000:8+persist:512:-1016"),
                                          testing::Values("linked", "random")));

class EveryStart : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Both, EveryStart, testing::Values("linked", "random"));

TEST_P(EveryStart, finds_a_link_that_was_changed) {
  const auto device = test_device(builtin("clflush"));
  auto path = *find_path("direct")->make(*device, nullptr);
  const auto workload = find_workload("steps")->make(
      parameters_of("steps", {{"steps", "read:64"}, {"start", GetParam()}}), *path, {0, 1, 5});
  ASSERT_TRUE(workload->prepare());
  const std::span<std::byte> bytes = path->mapping();
  // All nodes lead to node 1: the walk is another than the one that was made.
  for (std::size_t at = 1024; at < bytes.size(); at += 1024) bytes[at] = std::byte{1};
  workload->refresh();
  workload->run(50);
  EXPECT_FALSE(workload->verify());
}

}  // namespace
}  // namespace pmembench
