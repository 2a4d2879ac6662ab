// Lines from one thread's caches to another's, and one to and fro.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "workbench.hpp"

namespace pmembench {
namespace {

class EveryState : public testing::TestWithParam<const char*> {};

TEST_P(EveryState, is_handed_over_by_two_threads_and_verified) {
  const auto device = test_device(builtin("movnt"));
  const WorkloadType& type = *find_workload("handover");
  const Parameters parameters = parameters_of("handover", {{"state", GetParam()}});
  auto path = *find_path("mapped")->make(*device, nullptr);
  const auto owner = type.make(parameters, *path, {0, 2, 9});
  const auto reader = type.make(parameters, *path, {1, 2, 9});
  ASSERT_TRUE(owner->prepare());
  ASSERT_TRUE(reader->prepare());
  for (const std::uint64_t operations : {1, 300, 1024}) {
    owner->refresh();
    reader->refresh();
    Work served;
    std::thread other([&] { served = owner->run(operations); });
    const Work read = reader->run(operations);
    other.join();
    EXPECT_EQ(read.operations, operations);
    EXPECT_EQ(served.operations, operations);
    EXPECT_EQ(read.bytes, operations * 64);
    EXPECT_TRUE(owner->verify());
    const Status verified = reader->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(States, EveryState, testing::Values("dirty", "clean", "ping-pong"));

TEST(Handover, reads_each_line_once_in_a_slice) {
  const WorkloadType& type = *find_workload("handover");
  EXPECT_EQ(type.operations_a_slice(parameters_of("handover", {})), 262144U / 256);
  EXPECT_EQ(type.operations_a_slice(parameters_of("handover", {{"state", "ping-pong"}})), 0U);
}

TEST(Handover, refuses_more_than_two_threads_and_a_stride_below_a_line) {
  const auto refusal = [](const Parameters& changed, unsigned threads) {
    const Status status =
        find_workload("handover")->check(parameters_of("handover", changed), 1 << 20, threads);
    return status ? std::string("accepted") : status.error().message;
  };
  EXPECT_EQ(refusal({}, 2), "accepted");
  EXPECT_THAT(refusal({}, 3), testing::HasSubstr("threads: 2"));
  EXPECT_THAT(refusal({{"stride", "32"}}, 2), testing::HasSubstr("line of 64"));
  EXPECT_THAT(refusal({{"range_size", "256"}}, 2), testing::HasSubstr("fewer than two lines"));
}

TEST(Handover, finds_a_line_that_leads_elsewhere) {
  const auto device = test_device(builtin("movnt"));
  const WorkloadType& type = *find_workload("handover");
  auto path = *find_path("mapped")->make(*device, nullptr);
  const auto both = type.make(parameters_of("handover", {}), *path, {0, 1, 9});
  ASSERT_TRUE(both->prepare());
  both->refresh();
  // The first line leads to itself.
  const void* const first = path->mapping().data();
  std::memcpy(path->mapping().data(), &first, sizeof first);
  both->run(10);
  EXPECT_FALSE(both->verify());
}

TEST(Contend, counts_every_addition_and_how_fairly_they_were_shared) {
  const auto device = test_device(builtin("movnt"));
  const WorkloadType& type = *find_workload("contend");
  auto path = *find_path("mapped")->make(*device, nullptr);
  for (const char* by : {"add", "compare"}) {
    const Parameters parameters = parameters_of("contend", {{"by", by}});
    const auto one = type.make(parameters, *path, {0, 2, 1});
    const auto two = type.make(parameters, *path, {1, 2, 1});
    ASSERT_TRUE(one->prepare());
    std::thread other([&] { two->run(20'000); });
    one->run(20'000);
    other.join();
    EXPECT_TRUE(one->verify());
    EXPECT_TRUE(two->verify());
    std::uint64_t found = 0;
    std::memcpy(&found, path->mapping().data(), sizeof found);
    EXPECT_EQ(found, 40'000U);
    const double share = one->figures().at("fairness_share");
    EXPECT_GE(share, 0.5);
    EXPECT_LE(share, 1);
    // A lost addition is found.
    const std::uint64_t less = 10'000;
    std::memcpy(path->mapping().data(), &less, sizeof less);
    EXPECT_FALSE(one->verify());
  }
}

TEST(Chases, walk_all_their_chains_and_find_a_broken_one) {
  const auto device = test_device(builtin("movnt"));
  const WorkloadType& type = *find_workload("chases");
  auto path = *find_path("mapped")->make(*device, nullptr);
  for (const char* chases : {"1", "2", "4", "8", "16", "32"}) {
    const auto workload =
        type.make(parameters_of("chases", {{"chases", chases}}), *path, {0, 1, 4});
    ASSERT_TRUE(workload->prepare());
    for (const std::uint64_t operations : {1, 33, 1000}) {
      workload->refresh();
      EXPECT_EQ(workload->run(operations / 2).operations, operations / 2);
      EXPECT_EQ(workload->run(operations - operations / 2).operations, operations - operations / 2);
      const Status verified = workload->verify();
      EXPECT_TRUE(verified) << chases << ": " << verified.error().message;
    }
    // Every node leads to the first: some chase comes back too early.
    const void* const first = path->mapping().data();
    for (std::size_t at = 0; at < path->mapping().size(); at += 64) {
      std::memcpy(path->mapping().data() + at, &first, sizeof first);
    }
    workload->refresh();
    workload->run(200);
    EXPECT_FALSE(workload->verify()) << chases;
  }
}

TEST(Chases, refuse_what_has_not_two_nodes_each) {
  const auto refusal = [](const Parameters& changed) {
    return !find_workload("chases")->check(parameters_of("chases", changed), 1 << 20, 1);
  };
  EXPECT_FALSE(refusal({}));
  EXPECT_TRUE(refusal({{"chases", "32"}, {"range_size", "2048"}}));
  EXPECT_TRUE(refusal({{"stride", "12"}}));
}

}  // namespace
}  // namespace pmembench
