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
