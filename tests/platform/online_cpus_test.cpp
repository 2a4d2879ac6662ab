#include "platform/online_cpus.hpp"

#include <gmock/gmock.h>

#include "platform/host_tree.hpp"
#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int> online_in(const fakes::SysfsTree& tree) {
  return online_cpus(HostTree(tree.root()));
}

TEST(OnlineCpus, are_those_of_the_list) {
  fakes::SysfsTree tree;
  tree.file("sys/devices/system/cpu/online", "0-1,3").folder("sys/devices/system/cpu/cpu2");
  EXPECT_THAT(online_in(tree), ElementsAre(0, 1, 3));
}

TEST(OnlineCpus, are_found_one_by_one_if_there_is_no_list) {
  fakes::SysfsTree tree;
  tree.folder("sys/devices/system/cpu/cpu0").file("sys/devices/system/cpu/cpu1/online", "0");
  tree.file("sys/devices/system/cpu/cpu2/online", "1").folder("sys/devices/system/cpu/cpufreq");
  EXPECT_THAT(online_in(tree), ElementsAre(0, 2));
}

TEST(OnlineCpus, are_those_of_cpuinfo_if_there_is_no_sys) {
  fakes::SysfsTree tree;
  tree.raw("proc/cpuinfo", "processor\t: 0\nflags\t: a\n\nprocessor\t: 10\n\nprocessor\t: 2\n");
  EXPECT_THAT(online_in(tree), ElementsAre(0, 2, 10));
}

TEST(OnlineCpus, are_unknown_of_an_empty_tree) {
  EXPECT_THAT(online_in(fakes::SysfsTree()), IsEmpty());
}

TEST(AllowedCpus, are_those_of_the_calling_thread) { EXPECT_FALSE(allowed_cpus().empty()); }

}  // namespace
}  // namespace pmembench
