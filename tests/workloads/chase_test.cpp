// The cycle of a chase: one, through all nodes, different for each seed.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::vector<std::uint64_t> cycle(std::uint64_t size_bytes, std::uint64_t stride_bytes,
                                 std::uint64_t seed) {
  const auto device = test_device(builtin("eadr"), size_bytes);
  auto way = find_path("mapped")->make(*device, nullptr);
  auto workload = find_workload("chase")->make(
      parameters_of("chase", {{"stride", std::to_string(stride_bytes)}}), **way, {0, 1, seed});
  EXPECT_TRUE(workload->prepare());
  std::vector<std::uint64_t> order;
  const std::byte* base = (*way)->mapping().data();
  const std::byte* at = base;
  do {
    order.push_back(static_cast<std::uint64_t>(at - base));
    std::memcpy(&at, at, sizeof at);
  } while (at != base && order.size() <= size_bytes / stride_bytes);
  return order;
}

TEST(Chase, is_one_cycle_through_every_node) {
  for (const std::uint64_t stride : {8, 64, 192, 4096}) {
    const auto order = cycle(64 << 10, stride, 3);
    EXPECT_EQ(order.size(), (64U << 10) / stride) << stride;
    EXPECT_EQ(std::set<std::uint64_t>(order.begin(), order.end()).size(), order.size());
  }
}

TEST(Chase, depends_on_the_seed_alone) {
  EXPECT_EQ(cycle(64 << 10, 64, 3), cycle(64 << 10, 64, 3));
  EXPECT_NE(cycle(64 << 10, 64, 3), cycle(64 << 10, 64, 4));
}

TEST(Chase, refuses_windows_and_pages_that_do_not_hold_its_nodes) {
  const WorkloadType& chase = *find_workload("chase");
  const auto refusal = [&](const Parameters& changed, std::uint64_t device_bytes) {
    const Status status = chase.check(parameters_of("chase", changed), device_bytes, 1);
    return status ? std::string() : status.error().message;
  };
  EXPECT_EQ(refusal({{"order", "tlb-local"}, {"tlb_window", "64"}}, 0),
            "tlb_window 64 is not a multiple of the stride 64 with two nodes or more");
  EXPECT_EQ(refusal({{"order", "tlb-hostile"}, {"tlb_page", "100"}}, 0),
            "tlb_page 100 is not a multiple of the stride 64");
  EXPECT_EQ(refusal({{"order", "tlb-hostile"}}, 4096),
            "a chase needs at least two pages a thread: use a larger range_size");
  EXPECT_EQ(refusal({{"stride", "8192"}}, 8192),
            "a chase needs at least two nodes a thread: use a larger range_size");
  EXPECT_EQ(refusal({{"stride", "12"}}, 0), "stride 12 is not a multiple of 8 bytes");
  EXPECT_EQ(refusal({{"touched", "128"}}, 0),
            "touched 128 is not a multiple of 8 bytes up to the stride 64");
  EXPECT_EQ(refusal({{"order", "tlb-hostile"}, {"tlb_page", "2097152"}}, 8 << 20), "");
}

TEST(Chase, counts_every_touched_byte_and_ends_where_its_pointers_lead_in_each_order) {
  for (const char* order : {"random", "sequential", "tlb-local", "tlb-hostile"}) {
    for (const char* touched : {"8", "24", "64"}) {
      const auto device = test_device(builtin("eadr"), 64 << 10);
      auto way = find_path("mapped")->make(*device, nullptr);
      const Parameters parameters =
          parameters_of("chase", {{"order", order}, {"touched", touched}, {"tlb_window", "8192"}});
      auto workload = find_workload("chase")->make(parameters, **way, {0, 1, 3});
      ASSERT_TRUE(workload->prepare());
      EXPECT_EQ(workload->run(1027).bytes, 1027 * std::stoull(touched));
      const Status verified = workload->verify();
      EXPECT_TRUE(verified) << order << ": " << verified.error().message;
    }
  }
}

TEST(Chase, notices_a_pointer_that_was_bent) {
  const auto device = test_device(builtin("eadr"), 64 << 10);
  auto way = find_path("mapped")->make(*device, nullptr);
  auto workload = find_workload("chase")->make(parameters_of("chase", {}), **way, {0, 1, 3});
  ASSERT_TRUE(workload->prepare());
  workload->run(100);
  std::byte* base = (*way)->mapping().data();
  std::memcpy(base, &base, sizeof base);  // the first node points to itself
  EXPECT_FALSE(workload->verify());
}

}  // namespace
}  // namespace pmembench
