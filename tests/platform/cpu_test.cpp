#include "platform/cpu.hpp"

#include <gmock/gmock.h>

#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::Contains;
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
  EXPECT_EQ(cpu.most_threads_per_core, 2U);
  EXPECT_EQ(cpu.least_threads_per_core, 2U);
  EXPECT_THAT(cpu.flags, Contains("clwb"));
  EXPECT_THAT(cpu.flags, Contains("avx512f"));
  EXPECT_THAT(cpu.flags, Not(Contains("fpu")));
  EXPECT_THAT(cpu.flags, Not(Contains("movdir64b")));
}

TEST(ReadCpu, says_the_threads_per_core_of_a_hybrid_as_a_range) {
  fakes::SysfsTree tree;
  tree.file("sys/devices/system/cpu/online", "0-3");
  const auto siblings = [&](int cpu, const std::string& list) {
    tree.file("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list",
              list);
  };
  siblings(0, "0-1");
  siblings(1, "0-1");
  siblings(2, "2");
  siblings(3, "3");
  EXPECT_EQ(read_cpu(tree.root()).least_threads_per_core, 1U);
  EXPECT_EQ(read_cpu(tree.root()).most_threads_per_core, 2U);
}

TEST(ReadCpu, knows_nothing_of_an_empty_tree) {
  const fakes::SysfsTree tree;
  const CpuFacts cpu = read_cpu(tree.root());
  EXPECT_EQ(cpu.vendor, "unknown");
  EXPECT_EQ(cpu.model_name, "unknown");
  EXPECT_EQ(cpu.microcode, "unknown");
  EXPECT_EQ(cpu.family, std::nullopt);
  EXPECT_EQ(cpu.cpus_online, std::nullopt);
  EXPECT_EQ(cpu.most_threads_per_core, std::nullopt);
  EXPECT_THAT(cpu.flags, IsEmpty());
}

TEST(ReadCpu, survives_garbage) {
  fakes::SysfsTree tree;
  tree.raw("proc/cpuinfo", std::string("\xff\xfe\0\0:::\nmodel : 99999999999999\nvendor_id", 40));
  tree.file("sys/devices/system/cpu/online", "all of them");
  const CpuFacts cpu = read_cpu(tree.root());
  EXPECT_EQ(cpu.vendor, "unknown");
  EXPECT_EQ(cpu.model, std::nullopt);
  EXPECT_EQ(cpu.cpus_online, std::nullopt);
}

TEST(ReadCpu, counts_processors_where_sysfs_does_not_say) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.remove("sys/devices/system/cpu");
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
