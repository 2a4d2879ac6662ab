#include "platform/used_range.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

Topology with_memory(std::uint64_t memory_mib) {
  Topology topology;
  topology.nodes.resize(2);
  topology.nodes[0].memory_bytes = memory_mib * kMiB;
  topology.nodes[1].memory_bytes = 0;
  return topology;
}

TEST(UsedRange, is_four_times_the_caches) {
  EXPECT_EQ(used_range_bytes(512 * kMiB, with_memory(1 << 20)), 2048 * kMiB);
  EXPECT_EQ(used_range_bytes(100 * kMiB + 1, with_memory(1 << 20)), 402 * kMiB);
}

TEST(UsedRange, is_never_small_nor_without_end) {
  EXPECT_EQ(used_range_bytes(0, with_memory(1 << 20)), kLeastUsedBytes);
  EXPECT_EQ(used_range_bytes(~std::uint64_t{0}, with_memory(1 << 20)), kMostUsedBytes);
}

TEST(UsedRange, leaves_a_small_host_most_of_its_memory) {
  EXPECT_EQ(used_range_bytes(512 * kMiB, with_memory(2048)), 512 * kMiB);
  EXPECT_EQ(used_range_bytes(512 * kMiB, with_memory(1)), 2 * kMiB);
  EXPECT_EQ(used_range_bytes(512 * kMiB, Topology{}), 2048 * kMiB) << "of unknown memory";
}

}  // namespace
}  // namespace pmembench
