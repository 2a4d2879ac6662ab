#include "platform/cpu_caches.hpp"

#include <gmock/gmock.h>

#include "platform/host_tree.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void write_cache_of(fakes::SysfsTree& tree, int cpu, int index, const std::string& level,
                    const std::string& size, const std::string& shared) {
  const std::string at = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index" +
                         std::to_string(index) + "/";
  tree.file(at + "level", level).file(at + "type", "Unified").file(at + "size", size);
  tree.file(at + "coherency_line_size", "64").file(at + "shared_cpu_list", shared);
}

// Four CPUs on two chiplets, each with its own third level.
void write_two_chiplets(fakes::SysfsTree& tree) {
  for (int cpu = 0; cpu < 4; ++cpu) {
    write_cache_of(tree, cpu, 2, "2", "512K", std::to_string(cpu));
    write_cache_of(tree, cpu, 3, "3", "32768K", cpu < 2 ? "0-1" : "2-3");
  }
}

TEST(CacheKinds, are_read_in_order) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const auto caches = read_cache_kinds(HostTree(tree.root()), {0, 1});
  ASSERT_THAT(caches, SizeIs(4));
  EXPECT_EQ(caches[0].level, 1U);
  EXPECT_EQ(caches[0].type, "Data");
  EXPECT_EQ(caches[0].size_bytes, 48U * 1024);
  EXPECT_EQ(caches[0].line_bytes, 64U);
  EXPECT_EQ(caches[3].level, 3U);
  EXPECT_EQ(caches[3].size_bytes, 60U * 1024 * 1024);
  EXPECT_THAT(caches[3].shared_cpus, ElementsAre(0, 1, 4, 5));
}

TEST(CacheKinds, leave_out_a_cache_of_unknown_size_and_never_invent_a_line) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.remove("sys/devices/system/cpu/cpu0/cache/index0/size");
  tree.remove("sys/devices/system/cpu/cpu0/cache/index1/coherency_line_size");
  const auto caches = read_cache_kinds(HostTree(tree.root()), {0});
  ASSERT_THAT(caches, SizeIs(1));
  EXPECT_EQ(caches[0].level, 3U);
  EXPECT_EQ(caches[0].line_bytes, std::nullopt);
}

TEST(CacheKinds, survive_garbage) {
  fakes::SysfsTree tree;
  tree.file("sys/devices/system/cpu/cpu0/cache/index0/level", "one");
  tree.file("sys/devices/system/cpu/cpu0/cache/index1/level", "1");
  tree.file("sys/devices/system/cpu/cpu0/cache/index1/size", "99999999999999999999G");
  EXPECT_THAT(read_cache_kinds(HostTree(tree.root()), {0}), IsEmpty());
  EXPECT_THAT(read_last_level_caches(HostTree(tree.root()), {0}), IsEmpty());
}

TEST(CacheKinds, count_the_caches_of_a_kind) {
  fakes::SysfsTree tree;
  write_two_chiplets(tree);
  const auto caches = read_cache_kinds(HostTree(tree.root()), {0, 1, 2, 3});
  ASSERT_THAT(caches, SizeIs(2));
  EXPECT_EQ(caches[0].count, 4U);
  EXPECT_EQ(caches[1].count, 2U);
  EXPECT_THAT(caches[1].cpus, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(caches[1].shared_cpus, ElementsAre(0, 1));
}

TEST(CacheKinds, of_the_small_cores_of_a_hybrid_are_kinds_of_their_own) {
  fakes::SysfsTree tree;
  write_cache_of(tree, 0, 2, "2", "1280K", "0");
  write_cache_of(tree, 0, 3, "3", "30720K", "0-2");
  for (const int cpu : {1, 2}) {
    write_cache_of(tree, cpu, 2, "2", "2048K", "1-2");
    write_cache_of(tree, cpu, 3, "3", "30720K", "0-2");
  }
  const auto caches = read_cache_kinds(HostTree(tree.root()), {0, 1, 2});
  ASSERT_THAT(caches, SizeIs(3));
  EXPECT_EQ(caches[0].size_bytes, 1280U * 1024);
  EXPECT_THAT(caches[0].cpus, ElementsAre(0));
  EXPECT_EQ(caches[1].size_bytes, 2048U * 1024);
  EXPECT_THAT(caches[1].cpus, ElementsAre(1, 2));
  EXPECT_EQ(caches[1].count, 1U);
  EXPECT_EQ(caches[2].count, 1U);
}

TEST(LastLevelCaches, are_summed_over_the_chiplets_that_the_cpus_use) {
  fakes::SysfsTree tree;
  write_two_chiplets(tree);
  const auto caches = read_last_level_caches(HostTree(tree.root()), {0, 1, 2, 3});
  constexpr std::uint64_t kEach = std::uint64_t{32} << 20;
  EXPECT_EQ(last_level_cache_bytes(caches, {0}), kEach);
  EXPECT_EQ(last_level_cache_bytes(caches, {0, 1}), kEach);
  EXPECT_EQ(last_level_cache_bytes(caches, {1, 2}), 2 * kEach);
  EXPECT_EQ(last_level_cache_bytes(caches, {9}), 0U);
  EXPECT_EQ(last_level_cache_bytes({}, {0}), 0U);
}

TEST(LastLevelCaches, are_those_of_the_highest_level_that_a_cpu_has) {
  fakes::SysfsTree tree;
  write_cache_of(tree, 0, 2, "2", "1024K", "0");
  write_cache_of(tree, 0, 3, "3", "8192K", "0");
  write_cache_of(tree, 1, 2, "2", "4096K", "1");
  const auto caches = read_last_level_caches(HostTree(tree.root()), {0, 1});
  EXPECT_EQ(last_level_cache_bytes(caches, {0}), std::uint64_t{8} << 20);
  EXPECT_EQ(last_level_cache_bytes(caches, {1}), std::uint64_t{4} << 20);
  EXPECT_EQ(last_level_cache_bytes(caches, {0, 1}), std::uint64_t{12} << 20);
}

TEST(LastLevelCaches, are_one_for_all_if_nothing_says_who_shares_them) {
  fakes::SysfsTree tree;
  for (const int cpu : {0, 1}) write_cache_of(tree, cpu, 3, "3", "8192K", "");
  const auto caches = read_last_level_caches(HostTree(tree.root()), {0, 1});
  EXPECT_EQ(last_level_cache_bytes(caches, {0, 1}), std::uint64_t{8} << 20);
}

TEST(LastLevelCaches, are_found_by_the_mask_of_an_old_kernel) {
  fakes::SysfsTree tree;
  for (const int cpu : {0, 1}) {
    write_cache_of(tree, cpu, 3, "3", "8192K", "");
    const std::string at = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cache/index3/";
    tree.remove(at + "shared_cpu_list").file(at + "shared_cpu_map", cpu == 0 ? "1" : "2");
  }
  const auto caches = read_last_level_caches(HostTree(tree.root()), {0, 1});
  EXPECT_EQ(last_level_cache_bytes(caches, {0, 1}), std::uint64_t{16} << 20);
}

}  // namespace
}  // namespace pmembench
