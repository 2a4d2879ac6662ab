#include "platform/cpu.hpp"

#include <gmock/gmock.h>

#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(ReadCpu, reads_a_servers_cpu) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const CpuFacts cpu = read_cpu(tree.root());
  EXPECT_EQ(cpu.vendor, "GenuineIntel");
  EXPECT_EQ(cpu.model_name, "Intel(R) Xeon(R) Platinum 8380 CPU @ 2.30GHz");
  EXPECT_EQ(cpu.microcode, "0xd0003a5");
  EXPECT_EQ(cpu.family, 6);
  EXPECT_EQ(cpu.model, 106);
  EXPECT_EQ(cpu.stepping, 6);
  EXPECT_EQ(cpu.cpus_online, 8U);
  EXPECT_EQ(cpu.threads_per_core, 2U);
  EXPECT_THAT(cpu.flags, Contains("clwb"));
  EXPECT_THAT(cpu.flags, Contains("avx512f"));
  EXPECT_THAT(cpu.flags, Not(Contains("fpu")));
  EXPECT_THAT(cpu.flags, Not(Contains("movdir64b")));
}

TEST(LastLevelCache, is_the_largest_of_the_highest_level) {
  EXPECT_EQ(last_level_cache_bytes(CpuFacts{}), 0U);
  CpuFacts facts;
  facts.caches = {{1, "Data", 4096, {}, {}},
                  {2, "Unified", 100, {}, {}},
                  {2, "Unified", 200, {}, {}},
                  {1, "Instruction", 8192, {}, {}}};
  EXPECT_EQ(last_level_cache_bytes(facts), 200U);
}

TEST(ReadCpu, reads_the_caches_in_order) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const auto caches = read_cpu(tree.root()).caches;
  ASSERT_EQ(caches.size(), 4U);
  EXPECT_EQ(caches[0].level, 1U);
  EXPECT_EQ(caches[0].type, "Data");
  EXPECT_EQ(caches[0].size_bytes, 48U * 1024);
  EXPECT_EQ(caches[0].line_bytes, 64U);
  EXPECT_EQ(caches[3].level, 3U);
  EXPECT_EQ(caches[3].size_bytes, 60U * 1024 * 1024);
  EXPECT_THAT(caches[3].shared_cpus, ElementsAre(0, 1, 4, 5));
}

TEST(ReadCpu, leaves_out_a_cache_of_unknown_size_and_never_invents_a_line) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.remove("sys/devices/system/cpu/cpu0/cache/index0/size");
  tree.remove("sys/devices/system/cpu/cpu0/cache/index1/coherency_line_size");
  const auto caches = read_cpu(tree.root()).caches;
  ASSERT_EQ(caches.size(), 1U);
  EXPECT_EQ(caches[0].level, 3U);
  EXPECT_EQ(caches[0].line_bytes, std::nullopt);
}

TEST(ReadCpu, knows_nothing_of_an_empty_tree) {
  const fakes::SysfsTree tree;
  const CpuFacts cpu = read_cpu(tree.root());
  EXPECT_EQ(cpu.vendor, "unknown");
  EXPECT_EQ(cpu.model_name, "unknown");
  EXPECT_EQ(cpu.microcode, "unknown");
  EXPECT_EQ(cpu.family, std::nullopt);
  EXPECT_EQ(cpu.cpus_online, std::nullopt);
  EXPECT_EQ(cpu.threads_per_core, std::nullopt);
  EXPECT_THAT(cpu.caches, IsEmpty());
  EXPECT_THAT(cpu.flags, IsEmpty());
}

TEST(ReadCpu, survives_garbage) {
  fakes::SysfsTree tree;
  tree.raw("proc/cpuinfo", std::string("\xff\xfe\0\0:::\nmodel : 99999999999999\nvendor_id", 40));
  tree.file("sys/devices/system/cpu/online", "all of them");
  tree.file("sys/devices/system/cpu/cpu0/cache/index0/level", "one");
  tree.file("sys/devices/system/cpu/cpu0/cache/index1/level", "1");
  tree.file("sys/devices/system/cpu/cpu0/cache/index1/size", "99999999999999999999G");
  const CpuFacts cpu = read_cpu(tree.root());
  EXPECT_EQ(cpu.vendor, "unknown");
  EXPECT_EQ(cpu.model, std::nullopt);
  EXPECT_EQ(cpu.cpus_online, std::nullopt);
  EXPECT_THAT(cpu.caches, IsEmpty());
}

TEST(ReadCpu, counts_processors_where_sysfs_does_not_say) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.remove("sys/devices/system/cpu/online");
  EXPECT_EQ(read_cpu(tree.root()).cpus_online, 4U);
}

TEST(ReadCpu, reads_this_host) {
  const CpuFacts cpu = read_cpu("/");
  ASSERT_TRUE(cpu.cpus_online);
  EXPECT_GE(*cpu.cpus_online, 1U);
  EXPECT_NE(cpu.model_name, "");
}

}  // namespace
}  // namespace pmembench
