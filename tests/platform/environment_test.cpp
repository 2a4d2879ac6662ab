#include "platform/environment.hpp"

#include <gmock/gmock.h>

#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::Each;

std::vector<std::string> texts_of(const EnvironmentFacts& facts) {
  return {facts.kernel,      facts.distribution, facts.architecture,   facts.host_name,
          facts.thp_enabled, facts.thp_defrag,   facts.governor,       facts.turbo,
          facts.smt,         facts.aslr,         facts.virtualisation, facts.clock_source,
          facts.prefetchers, facts.command_line, facts.numa_balancing};
}

TEST(ReadEnvironment, reads_a_bare_metal_server) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const EnvironmentFacts facts = read_environment(tree.root());
  EXPECT_EQ(facts.kernel, "6.1.0-21-amd64");
  EXPECT_EQ(facts.distribution, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(facts.architecture, "x86_64");
  EXPECT_EQ(facts.host_name, "tango");
  EXPECT_EQ(facts.thp_enabled, "madvise");
  EXPECT_EQ(facts.thp_defrag, "madvise");
  EXPECT_EQ(facts.governor, "performance");
  EXPECT_EQ(facts.turbo, "off");
  EXPECT_EQ(facts.smt, "on");
  EXPECT_EQ(facts.aslr, "full");
  EXPECT_EQ(facts.virtualisation, "none");
  EXPECT_EQ(facts.clock_source, "tsc");
  EXPECT_EQ(facts.prefetchers, "unknown");
  EXPECT_EQ(facts.weighted_interleave, "no");
  EXPECT_EQ(facts.command_line, "BOOT_IMAGE=/vmlinuz root=/dev/sda2 quiet");
  EXPECT_EQ(facts.numa_balancing, "on");
  ASSERT_TRUE(facts.load_1min);
  EXPECT_DOUBLE_EQ(*facts.load_1min, 0.25);
}

TEST(ReadEnvironment, reads_the_weights_of_nodes) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const std::string folder = "sys/kernel/mm/mempolicy/weighted_interleave/";
  tree.file(folder + "node0", "5").file(folder + "node1", "2").file(folder + "auto", "Y");
  EXPECT_EQ(read_environment(tree.root()).weighted_interleave, "yes: node0 5, node1 2; auto");
}

TEST(ReadEnvironment, reads_the_other_spelling_of_each_switch) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.file("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never");
  const EnvironmentFacts facts = read_environment(tree.root());
  EXPECT_EQ(facts.thp_enabled, "always");
  EXPECT_EQ(facts.turbo, "on");
  EXPECT_EQ(facts.smt, "notsupported");
  EXPECT_EQ(facts.aslr, "off");
  EXPECT_EQ(facts.numa_balancing, "tiering");
  EXPECT_EQ(facts.load_1min, std::nullopt);
}

TEST(ReadEnvironment, says_unknown_to_all_of_an_empty_tree) {
  const fakes::SysfsTree tree;
  const EnvironmentFacts facts = read_environment(tree.root());
  EXPECT_THAT(texts_of(facts), Each("unknown"));
  EXPECT_EQ(facts.load_1min, std::nullopt);
}

TEST(ReadEnvironment, says_unknown_to_garbage) {
  fakes::SysfsTree tree;
  tree.file("sys/kernel/mm/transparent_hugepage/enabled", "always madvise never");
  tree.file("sys/kernel/mm/transparent_hugepage/defrag", "]always[");
  tree.file("sys/devices/system/cpu/intel_pstate/no_turbo", "7");
  tree.file("proc/sys/kernel/randomize_va_space", "-1");
  tree.file("proc/sys/kernel/numa_balancing", "18446744073709551616");
  tree.file("etc/os-release", "PRETTY_NAME=");
  tree.file("proc/loadavg", "high").raw("proc/cmdline", "\n");
  EXPECT_THAT(texts_of(read_environment(tree.root())), Each("unknown"));
  EXPECT_EQ(read_environment(tree.root()).load_1min, std::nullopt);
  for (const char* load : {"-1", "nan", "inf", "1,5 0 0"}) {
    tree.file("proc/loadavg", load);
    EXPECT_EQ(read_environment(tree.root()).load_1min, std::nullopt) << load;
  }
}

TEST(ReadEnvironment, reads_a_distribution_with_and_without_quotes) {
  fakes::SysfsTree tree;
  tree.raw("etc/os-release", "PRETTY_NAME=Alpine");
  EXPECT_EQ(read_environment(tree.root()).distribution, "Alpine");
  tree.raw("etc/os-release", "ID=a\nPRETTY_NAME='Arch Linux'\n");
  EXPECT_EQ(read_environment(tree.root()).distribution, "Arch Linux");
}

TEST(ReadEnvironment, of_this_host_knows_its_kernel) {
  const EnvironmentFacts facts = read_environment("/");
  EXPECT_NE(facts.kernel, "unknown");
  EXPECT_NE(facts.architecture, "unknown");
}

TEST(ReadCpuTimes, sums_the_first_eight_fields) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const auto times = read_cpu_times(tree.root());
  ASSERT_TRUE(times);
  EXPECT_EQ(times->total, 100U + 1 + 50 + 900 + 20 + 3 + 4 + 22) << "guest time is in user time";
  EXPECT_EQ(times->steal, 22U);
  EXPECT_EQ(times->idle, 920U);
}

TEST(ReadCpuTimes, refuses_short_and_garbled_lines) {
  fakes::SysfsTree tree;
  EXPECT_EQ(read_cpu_times(tree.root()), std::nullopt);
  for (const char* line : {"cpu  1 2 3 4 5 6 7", "cpu0 1 2 3 4 5 6 7 8", "cpu 1 2 x 4 5 6 7 8",
                           "cpu 1 2 3 4 5 6 7 99999999999999999999", ""}) {
    tree.file("proc/stat", line);
    EXPECT_FALSE(read_cpu_times(tree.root())) << line;
  }
}

TEST(ReadCpuTimes, of_this_host_never_run_backwards) {
  const auto first = read_cpu_times("/");
  const auto second = read_cpu_times("/");
  ASSERT_TRUE(first && second);
  EXPECT_GE(second->total, first->total);
  EXPECT_GE(first->total, first->idle + first->steal);
}

}  // namespace
}  // namespace pmembench
