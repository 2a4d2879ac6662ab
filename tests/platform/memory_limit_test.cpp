#include "platform/memory_limit.hpp"

#include <gtest/gtest.h>

#include "platform/topology.hpp"
#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

TEST(MemoryLimit, is_none_where_no_group_has_one) {
  fakes::SysfsTree tree;
  EXPECT_FALSE(memory_limit(tree.root()));
  tree.file("proc/self/cgroup", "0::/a\n");
  tree.file("sys/fs/cgroup/a/memory.max", "max\n");
  tree.file("sys/fs/cgroup/a/memory.current", "4096\n");
  EXPECT_FALSE(memory_limit(tree.root()));
}

TEST(MemoryLimit, of_version_2_is_the_tightest_on_the_way_up) {
  fakes::SysfsTree tree;
  tree.file("proc/self/cgroup", "0::/a/b\n");
  tree.file("proc/meminfo", "MemAvailable: 1048576 kB\n");
  tree.file("sys/fs/cgroup/a/b/memory.max", "536870912\n");
  tree.file("sys/fs/cgroup/a/b/memory.current", "1048576\n");
  tree.file("sys/fs/cgroup/a/memory.max", "268435456\n");
  tree.file("sys/fs/cgroup/a/memory.current", "134217728\n");
  // Pages of files are given back.
  tree.file("sys/fs/cgroup/a/memory.stat",
            "anon 1\nactive_file 33554432\ninactive_file 33554432\n");
  const auto limit = memory_limit(tree.root());
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->limit_bytes, 256 * kMiB);
  EXPECT_EQ(limit->available_bytes, 192 * kMiB);
  EXPECT_EQ(limit->file, "/sys/fs/cgroup/a/memory.max");
  EXPECT_EQ(available_memory_bytes(tree.root()), 192 * kMiB);
  EXPECT_EQ(memory_limit_words(tree.root()),
            " (the limit of 256 MiB in /sys/fs/cgroup/a/memory.max)");
}

TEST(MemoryLimit, of_version_1_is_read_from_its_own_mount) {
  fakes::SysfsTree tree;
  tree.file("proc/self/cgroup", "5:devices:/x\n4:cpu,memory:/docker/1\n0::/\n");
  tree.file("proc/meminfo", "MemAvailable: 65536 kB\n");
  // Without a namespace of its own a container sees its group as the top.
  tree.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
  tree.file("sys/fs/cgroup/memory/memory.usage_in_bytes", "4194304\n");
  const auto limit = memory_limit(tree.root());
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->available_bytes, 124 * kMiB);
  EXPECT_EQ(memory_limit_words(tree.root()), "") << "the host has less";
  EXPECT_EQ(available_memory_bytes(tree.root()), 64 * kMiB);
  tree.file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_FALSE(memory_limit(tree.root())) << "the kernel's word for no limit";
}

TEST(MemoryLimit, counts_those_that_were_killed_for_memory) {
  fakes::SysfsTree tree;
  EXPECT_EQ(oom_kills(tree.root()), 0U);
  tree.file("proc/self/cgroup", "4:memory:/docker/1\n0::/a\n");
  tree.file("sys/fs/cgroup/a/memory.events", "low 0\noom 3\noom_kill 2\n");
  tree.file("sys/fs/cgroup/memory/memory.oom_control", "under_oom 0\noom_kill 5\n");
  EXPECT_EQ(oom_kills(tree.root()), 7U);
}

}  // namespace
}  // namespace pmembench
