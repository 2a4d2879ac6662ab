#include <gmock/gmock.h>
#include <numaif.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/topology.hpp"
#include "tests/fakes/page.hpp"
#include "tests/platform/mapping.hpp"

namespace pmembench {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

bool kernel_has_numa() {
  int mode = 0;
  return get_mempolicy(&mode, nullptr, 0, nullptr, 0) == 0;
}

double sum(const std::map<int, double>& shares) {
  double total = 0;
  for (const auto& [node, share] : shares) total += share;
  return total;
}

TEST(PageNodes, tells_touched_from_untouched_pages) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  const Mapping mapping(8 * kMiB);
  std::memset(mapping.address(), 1, 2 * kMiB);
  for (const std::uint64_t samples : {std::uint64_t{0}, std::uint64_t{1024}}) {
    const auto shares = page_nodes(mapping.address(), mapping.size_bytes(), samples);
    EXPECT_NEAR(sum(shares), 1, 1e-9);
    EXPECT_DOUBLE_EQ(shares.at(-1), 0.75) << samples;
  }
  const auto touched = page_nodes(mapping.address(), 2 * kMiB);
  EXPECT_FALSE(touched.contains(-1));
}

TEST(PageNodes, spreads_its_samples_over_the_whole_range) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  const Mapping mapping(8 * kMiB);
  std::memset(mapping.address() + 6 * kMiB, 1, 2 * kMiB);
  EXPECT_DOUBLE_EQ(page_nodes(mapping.address(), mapping.size_bytes(), 4).at(-1), 0.75);
  EXPECT_DOUBLE_EQ(page_nodes(mapping.address(), mapping.size_bytes(), 1).at(-1), 1);
}

TEST(PageNodes, looks_at_more_pages_than_one_batch) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  const Mapping mapping(32 * kMiB);  // 8192 pages, two batches
  std::memset(mapping.address() + 31 * kMiB, 1, kMiB);
  EXPECT_DOUBLE_EQ(page_nodes(mapping.address(), mapping.size_bytes(), 0).at(-1), 31.0 / 32);
}

TEST(PageNodes, counts_the_pages_of_an_unaligned_range) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  const Mapping mapping(2 * kMiB);
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  mapping.address()[page] = 1;
  // From the last byte of page 0 to the first of page 2: three pages, one of them touched.
  EXPECT_NEAR(page_nodes(mapping.address() + page - 1, page + 2).at(-1), 2.0 / 3, 1e-9);
}

TEST(PageNodes, of_nothing_is_empty) {
  const Mapping mapping(kMiB);
  EXPECT_THAT(page_nodes(mapping.address(), 0), IsEmpty());
}

TEST(BindMemory, puts_pages_on_each_node_that_has_memory) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  int bound = 0;
  for (const NumaNode& node : read_topology("/").nodes) {
    if (node.free_bytes.value_or(0) < 64 * kMiB) continue;
    const Mapping mapping(4 * kMiB);
    const Status status = bind_memory(mapping.address(), mapping.size_bytes(), node.id);
    if (!status && status.error().code == EPERM) GTEST_SKIP() << status.error().message;
    ASSERT_TRUE(status) << status.error().message;
    std::memset(mapping.address(), 1, mapping.size_bytes());
    const auto shares = page_nodes(mapping.address(), mapping.size_bytes());
    EXPECT_DOUBLE_EQ(shares.at(node.id), 1);
    ++bound;
  }
  EXPECT_GT(bound, 0);
}

TEST(BindMemory, sets_the_policy_of_exactly_the_range) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  const Mapping mapping(4 * kMiB);
  const int node = read_topology("/").nodes.front().id;
  const Status status = bind_memory(mapping.address() + kMiB, kMiB, node);
  if (!status && status.error().code == EPERM) GTEST_SKIP() << status.error().message;
  ASSERT_TRUE(status) << status.error().message;
  int mode = -1;
  ASSERT_EQ(get_mempolicy(&mode, nullptr, 0, mapping.address() + kMiB, MPOL_F_ADDR), 0);
  EXPECT_EQ(mode, MPOL_BIND);
  ASSERT_EQ(get_mempolicy(&mode, nullptr, 0, mapping.address() + 2 * kMiB, MPOL_F_ADDR), 0);
  EXPECT_EQ(mode, MPOL_DEFAULT);
}

TEST(BindMemory, refuses_a_node_that_is_not_there) {
  if (!kernel_has_numa()) GTEST_SKIP() << "no NUMA support in this kernel";
  const Mapping mapping(kMiB);
  for (const int node : {-1, 900, 1 << 20}) {
    const Status status = bind_memory(mapping.address(), mapping.size_bytes(), node);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::environment);
    EXPECT_EQ(status.error().message,
              fmt::format("cannot bind 1048576 bytes to node {0}: node {0} does not exist, has no "
                          "memory, or is not allowed to this process; choose a node that "
                          "`pmembench probe` lists with memory",
                          node));
  }
}

TEST(BindMemoryDeathTest, takes_an_aligned_address) {
  const Mapping mapping(kMiB);
  EXPECT_DEATH((void)bind_memory(mapping.address() + 1, 4096, 0), "page-aligned address");
}

}  // namespace
}  // namespace pmembench
