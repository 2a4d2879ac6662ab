#include "platform/device_stack.hpp"

#include <gmock/gmock.h>
#include <sys/sysmacros.h>

#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;

constexpr const char* kBlock = "sys/devices/virtual/block/";

// A block device of that number; `at`: its directory.
void add_device(fakes::SysfsTree& tree, const std::string& number, const std::string& at) {
  tree.file(at + "/dev", number).link("sys/dev/block/" + number, at);
  tree.link("sys/class/block/" + at.substr(at.rfind('/') + 1), at);
}

fakes::SysfsTree& write_devices(fakes::SysfsTree& tree) {
  add_device(tree, "8:0", "sys/devices/pci0/block/sda");
  add_device(tree, "8:1", "sys/devices/pci0/block/sda/sda1");
  tree.file("sys/devices/pci0/block/sda/sda1/partition", "1");
  add_device(tree, "259:0", "sys/devices/pci0/block/nvme0n1");
  add_device(tree, "1:0", std::string(kBlock) + "ram0");
  add_device(tree, "252:0", std::string(kBlock) + "zram0");
  add_device(tree, "251:0", std::string(kBlock) + "nullb0");
  add_device(tree, "43:0", std::string(kBlock) + "nbd0");
  add_device(tree, "7:0", std::string(kBlock) + "loop0");
  add_device(tree, "253:0", std::string(kBlock) + "dm-0");
  add_device(tree, "9:0", std::string(kBlock) + "md0");
  return tree;
}

void put_on(fakes::SysfsTree& tree, const std::string& upper, const std::string& lower) {
  const std::string name = lower.substr(lower.rfind('/') + 1);
  tree.link(std::string(kBlock) + upper + "/slaves/" + name, lower);
}

KeepsBytes kept(const fakes::SysfsTree& tree, unsigned first, unsigned second) {
  return stack_of_device(tree.root(), makedev(first, second)).keeps;
}

TEST(DeviceStack, ends_at_disks_that_keep_their_bytes) {
  fakes::SysfsTree tree;
  write_devices(tree);
  EXPECT_EQ(kept(tree, 8, 0), KeepsBytes::yes);
  EXPECT_EQ(kept(tree, 8, 1), KeepsBytes::yes);
  EXPECT_EQ(kept(tree, 259, 0), KeepsBytes::yes);
  EXPECT_EQ(stack_of_device(tree.root(), makedev(8, 1)).text, "sda1 on sda");
  tree.file("sys/devices/pci0/block/sda/device/model", "scsi_debug");
  EXPECT_EQ(kept(tree, 8, 1), KeepsBytes::no);
}

TEST(DeviceStack, ends_at_memory_that_loses_them) {
  fakes::SysfsTree tree;
  write_devices(tree);
  EXPECT_EQ(kept(tree, 1, 0), KeepsBytes::no);
  EXPECT_EQ(kept(tree, 252, 0), KeepsBytes::no);
  EXPECT_EQ(kept(tree, 251, 0), KeepsBytes::no);
}

TEST(DeviceStack, does_not_believe_what_it_does_not_know) {
  fakes::SysfsTree tree;
  write_devices(tree);
  EXPECT_EQ(kept(tree, 43, 0), KeepsBytes::unknown) << "nbd";
  EXPECT_EQ(kept(tree, 99, 9), KeepsBytes::unknown) << "not in sysfs";
  EXPECT_EQ(kept(tree, 253, 0), KeepsBytes::unknown) << "dm over nothing";
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::unknown) << "a loop device over nothing";
}

TEST(DeviceStack, follows_dm_and_md_to_the_weakest_of_all_their_devices) {
  fakes::SysfsTree tree;
  write_devices(tree);
  put_on(tree, "dm-0", "sys/devices/pci0/block/sda/sda1");
  EXPECT_EQ(kept(tree, 253, 0), KeepsBytes::yes);
  put_on(tree, "md0", std::string(kBlock) + "dm-0");
  put_on(tree, "md0", "sys/devices/pci0/block/nvme0n1");
  EXPECT_EQ(kept(tree, 9, 0), KeepsBytes::yes);
  EXPECT_EQ(stack_of_device(tree.root(), makedev(9, 0)).text,
            "md0 on (dm-0 on sda1 on sda, nvme0n1)");
  put_on(tree, "dm-0", std::string(kBlock) + "nbd0");
  EXPECT_EQ(kept(tree, 9, 0), KeepsBytes::unknown);
  put_on(tree, "dm-0", std::string(kBlock) + "zram0");
  EXPECT_EQ(kept(tree, 9, 0), KeepsBytes::no);
}

TEST(DeviceStack, follows_a_loop_device_to_the_file_system_of_its_file) {
  fakes::SysfsTree tree;
  write_devices(tree);
  tree.raw("proc/self/mountinfo",
           "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n"
           "2 1 0:20 / /dev/shm rw - tmpfs tmpfs rw\n"
           "3 1 252:0 / /mnt rw - ext4 /dev/zram0 rw\n"
           "4 1 0:40 / /over rw - overlay overlay rw\n");
  const std::string file = std::string(kBlock) + "loop0/loop/backing_file";
  tree.file(file, "/var/image");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::yes);
  EXPECT_EQ(stack_of_device(tree.root(), makedev(7, 0)).text, "loop0 on ext4 on sda1 on sda");
  tree.file(file, "/dev/shm/image");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::no);
  tree.file(file, "/mnt/a/image");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::no);
  tree.file(file, "/over/image");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::unknown);
  tree.file(file, "/dev/shm/image (deleted)");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::unknown);
  tree.file(file, "/dev/zram0");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::no);
  tree.file(file, "/dev/loop0");
  EXPECT_EQ(kept(tree, 7, 0), KeepsBytes::unknown) << "a circle";
}

TEST(DeviceStack, of_a_file_begins_at_its_file_system) {
  fakes::SysfsTree tree;
  write_devices(tree);
  const auto file_on = [&](unsigned first, unsigned second, const char* name) {
    return stack_of_file(tree.root(), makedev(first, second), name).keeps;
  };
  EXPECT_EQ(file_on(8, 1, "ext4"), KeepsBytes::yes);
  EXPECT_EQ(file_on(252, 0, "ext4"), KeepsBytes::no);
  EXPECT_EQ(file_on(0, 20, "tmpfs"), KeepsBytes::no);
  EXPECT_EQ(file_on(0, 20, "nfs"), KeepsBytes::unknown);
  EXPECT_EQ(file_on(43, 0, "ext4"), KeepsBytes::unknown);
}

TEST(DeviceStack, knows_the_domains_of_all_regions_beneath) {
  fakes::SysfsTree tree;
  write_devices(tree);
  for (const char* number : {"0", "1"}) {
    const std::string at =
        std::string("sys/devices/ndbus0/region") + number + "/namespace0.0/block/pmem" + number;
    add_device(tree, std::string("259:1") + number, at);
    put_on(tree, "dm-0", at);
  }
  tree.file("sys/bus/nd/devices/region0/persistence_domain", "cpu_cache");
  tree.file("sys/bus/nd/devices/region1/persistence_domain", "cpu_cache");
  EXPECT_THAT(stack_of_device(tree.root(), makedev(253, 0)).domains, ElementsAre("cpu_cache"));
  EXPECT_EQ(kept(tree, 253, 0), KeepsBytes::yes);
  tree.file("sys/bus/nd/devices/region1/persistence_domain", "memory_controller");
  EXPECT_THAT(stack_of_device(tree.root(), makedev(253, 0)).domains,
              ElementsAre("cpu_cache", "memory_controller"));
  EXPECT_THAT(stack_of_device(tree.root(), makedev(8, 0)).domains, ElementsAre("unknown"));
  tree.remove("sys/bus/nd/devices/region1/persistence_domain");
  EXPECT_EQ(kept(tree, 253, 0), KeepsBytes::unknown) << "DRAM by memmap=";
  tree.file("sys/devices/ndbus0/provider", "virtio-pmem");
  EXPECT_EQ(kept(tree, 253, 0), KeepsBytes::yes) << "the hypervisor's";
}

// fsync on such a file system sends no flush to its device.
TEST(DeviceStack, does_not_know_what_a_mount_without_barriers_keeps) {
  fakes::SysfsTree tree;
  write_devices(tree);
  const auto mounted_with = [&](const std::string& options) {
    tree.raw("proc/self/mountinfo",
             "30 1 8:1 / /data rw,relatime - ext4 /dev/sda1 " + options + "\n");
    return stack_of_file(tree.root(), makedev(8, 1), "ext4");
  };
  EXPECT_EQ(mounted_with("rw").keeps, KeepsBytes::yes);
  EXPECT_EQ(mounted_with("rw,nobarrier").keeps, KeepsBytes::unknown);
  EXPECT_EQ(mounted_with("rw,barrier=0,data=ordered").keeps, KeepsBytes::unknown);
  EXPECT_EQ(mounted_with("rw,nobarrier").text, "ext4 (nobarrier) on sda1 on sda");
}

}  // namespace
}  // namespace pmembench
