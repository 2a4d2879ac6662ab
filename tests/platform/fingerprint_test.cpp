#include <gmock/gmock.h>

#include "platform/environment.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"

namespace pmembench {
namespace {

using ::testing::MatchesRegex;

TEST(MachineFingerprint, is_16_hexadecimal_digits_and_stable) {
  const std::string first = machine_fingerprint("/");
  EXPECT_THAT(first, MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(first.size(), 16U);
  EXPECT_EQ(machine_fingerprint("/"), first);
}

TEST(MachineFingerprint, is_the_same_in_every_release) {
  fakes::SysfsTree tree;
  write_bare(tree);
  // FNV-1a of "cpu=AMD EPYC\nmicrocode=0x1000065\ncpus=2\nmemory_gib=24\nkernel=6.18.44\n": stored
  // runs are found by it, so a change of the key needs a change of the store.
  EXPECT_EQ(machine_fingerprint(tree.root()), "8bbf62315bab71c9");
}

TEST(MachineFingerprint, does_not_change_with_load_or_a_few_megabytes) {
  fakes::SysfsTree tree;
  write_bare(tree);
  const std::string before = machine_fingerprint(tree.root());
  tree.raw("proc/meminfo", "MemTotal:       24671000 kB\nMemAvailable:   1 kB\n");
  tree.file("proc/loadavg", "99 99 99 1/2 3").file("proc/sys/kernel/hostname", "other");
  EXPECT_EQ(machine_fingerprint(tree.root()), before);
}

TEST(MachineFingerprint, changes_with_each_thing_that_makes_another_machine) {
  fakes::SysfsTree tree;
  write_bare(tree);
  const std::string before = machine_fingerprint(tree.root());
  const auto changed = [&](auto change) {
    fakes::SysfsTree other;
    write_bare(other);
    change(other);
    return machine_fingerprint(other.root()) != before;
  };
  EXPECT_TRUE(changed([](auto& t) { t.file("proc/sys/kernel/osrelease", "6.18.45"); }));
  EXPECT_TRUE(changed([](auto& t) { t.raw("proc/meminfo", "MemTotal: 50000000 kB\n"); }));
  EXPECT_TRUE(changed([](auto& t) { t.file("sys/devices/system/cpu/online", "0"); }));
  EXPECT_TRUE(changed([](auto& t) {
    t.raw("proc/cpuinfo", "processor : 0\nmodel name : AMD EPYC\nmicrocode : 0x1000066\n");
  }));
  EXPECT_TRUE(changed([](auto& t) {
    t.raw("proc/cpuinfo", "processor : 0\nmodel name : AMD EPYC 2\nmicrocode : 0x1000065\n");
  }));
}

}  // namespace
}  // namespace pmembench
