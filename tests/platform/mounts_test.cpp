#include "platform/mounts.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "platform/devices.hpp"
#include "platform/host_tree.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ReadMounts, reads_escapes_and_any_number_of_optional_fields) {
  fakes::SysfsTree tree;
  tree.raw("proc/self/mountinfo",
           "1 0 8:1 / /a\\040b\\011c\\134d rw - ext4 /dev/sda1 rw\n"
           "2 1 8:2 / /x rw shared:1 master:2 propagate_from:3 - xfs /dev/my\\040disk rw\n");
  const auto mounts = read_mounts(HostTree(tree.root()));
  ASSERT_THAT(mounts, SizeIs(2));
  EXPECT_EQ(mounts[0].point, "/a b\tc\\d");
  EXPECT_EQ(mounts[0].device_number, "8:1");
  EXPECT_EQ(mounts[1].point, "/x");
  EXPECT_EQ(mounts[1].source, "/dev/my disk");
}

TEST(ReadMounts, skips_lines_that_are_cut_or_garbled) {
  fakes::SysfsTree tree;
  tree.raw("proc/self/mountinfo",
           "1 0 8:1 / /a rw\n\n- - - - - -\n\\ \\0 \\04\n1 0 8:1 / /b rw - ext4 /dev/x rw\n2 1 8:");
  const auto mounts = read_mounts(HostTree(tree.root()));
  ASSERT_THAT(mounts, SizeIs(1));
  EXPECT_EQ(mounts[0].point, "/b");
}

TEST(MountPointsOf, gives_each_point_once_for_the_device_or_its_partitions) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const HostTree host(tree.root());
  auto mounts = read_mounts(host);
  mounts.push_back({"8:2", "/", "/dev/sda2"});
  mounts.push_back({"8:2", "/home", "/dev/sda2"});
  mounts.push_back({"8:3", "/else", "/dev/sdb"});
  EXPECT_THAT(mount_points_of(host, "sys/block/sda", mounts), ElementsAre("/", "/home"));
  EXPECT_THAT(mount_points_of(host, "sys/block/pmem1s", mounts), IsEmpty());
}

TEST(MountPointsOf, survives_holders_that_hold_each_other) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.link("sys/devices/virtual/block/dm-0/holders/nvme0n1p3",
            "sys/devices/pci0000:00/nvme/nvme0/nvme0n1/nvme0n1p3");
  const HostTree host(tree.root());
  EXPECT_THAT(mount_points_of(host, "sys/block/nvme0n1", read_mounts(host)), ElementsAre("/"));
}

TEST(MountsOf, is_empty_for_what_is_no_block_device) {
  EXPECT_THAT(mounts_of("/", "/dev/null"), IsEmpty());
  EXPECT_THAT(mounts_of("/", "/no/such/path"), IsEmpty());
  EXPECT_THAT(mounts_of("/", "/"), IsEmpty());
}

TEST(MountsOf, finds_a_mounted_block_device_of_this_host) {
  int checked = 0;
  for (const Mount& mount : read_mounts(HostTree("/"))) {
    struct stat status {};
    if (!mount.source.starts_with("/dev/") || ::stat(mount.source.c_str(), &status) != 0) continue;
    const bool is_the_device = S_ISBLK(status.st_mode) &&
                               mount.device_number == std::to_string(major(status.st_rdev)) + ":" +
                                                          std::to_string(minor(status.st_rdev));
    if (!is_the_device) continue;
    EXPECT_THAT(mounts_of("/", mount.source), Contains(mount.point));
    fakes::SysfsTree without_sysfs;
    without_sysfs.raw("proc/self/mountinfo",
                      HostTree("/").text("proc/self/mountinfo").value_or(""));
    EXPECT_THAT(mounts_of(without_sysfs.root(), mount.source), Contains(mount.point));
    ++checked;
  }
  if (checked == 0) GTEST_SKIP() << "no block device is mounted here";
}

}  // namespace
}  // namespace pmembench
