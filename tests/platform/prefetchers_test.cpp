#include "platform/prefetchers.hpp"

#include <gtest/gtest.h>

#include "platform/host_tree.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

// A file of zeros with the low byte of MSR 0x1A4 set, as /dev/cpu/0/msr would be read.
std::string msr_file(char value) {
  std::string content(0x1A4 + 8, '\0');
  content[0x1A4] = value;
  return content;
}

std::string read_from(const fakes::SysfsTree& tree) {
  return read_prefetchers(HostTree(tree.root()));
}

TEST(ReadPrefetchers, names_each_prefetcher_and_whether_it_is_on) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  tree.raw("dev/cpu/0/msr", msr_file(0));
  EXPECT_EQ(read_from(tree), "l2 on, l2_adjacent on, l1 on, l1_ip on");
  tree.raw("dev/cpu/0/msr", msr_file(0x5));
  EXPECT_EQ(read_from(tree), "l2 off, l2_adjacent on, l1 off, l1_ip on");
  tree.raw("dev/cpu/0/msr", msr_file(0xA));
  EXPECT_EQ(read_from(tree), "l2 on, l2_adjacent off, l1 on, l1_ip off");
}

TEST(ReadPrefetchers, is_unknown_where_the_register_cannot_be_read) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  EXPECT_EQ(read_from(tree), "unknown");
  tree.raw("dev/cpu/0/msr", msr_file(0).substr(0, 0x1A4 + 4));
  EXPECT_EQ(read_from(tree), "unknown");
}

TEST(ReadPrefetchers, does_not_believe_a_virtual_machine_or_another_make) {
  fakes::SysfsTree amd;
  write_bare(amd);
  amd.raw("dev/cpu/0/msr", msr_file(0));
  EXPECT_EQ(read_from(amd), "unknown");
  fakes::SysfsTree guest;
  fakes::write_cpus(guest, {"GenuineIntel", "6", "106", "x", "6", "1", "sse2 hypervisor"}, 1, "0");
  guest.raw("dev/cpu/0/msr", msr_file(0));
  EXPECT_EQ(read_from(guest), "unknown");
}

}  // namespace
}  // namespace pmembench
