#include <gmock/gmock.h>

#include <algorithm>

#include "platform/devices.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ReadBlockDevices, reads_pmem_btt_and_a_disk) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const auto devices = read_block_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(3));
  EXPECT_EQ(devices[0].name, "pmem0");
  EXPECT_EQ(devices[0].size_bytes, 392167424U * std::uint64_t{512});
  EXPECT_EQ(devices[0].logical_block_bytes, 512U);
  EXPECT_EQ(devices[0].physical_block_bytes, 4096U);
  EXPECT_EQ(devices[0].dax, "yes");
  EXPECT_EQ(devices[0].write_cache, "write back");
  EXPECT_THAT(devices[0].mount_points, ElementsAre("/mnt/pmem 0"));
  EXPECT_EQ(devices[1].name, "pmem1s");
  EXPECT_EQ(devices[1].size_bytes, 1583890432U * std::uint64_t{512})
      << "in 512 B, whatever its sector";
  EXPECT_EQ(devices[1].logical_block_bytes, 4096U);
  EXPECT_EQ(devices[1].dax, "no");
  EXPECT_EQ(devices[1].write_cache, "write through");
  EXPECT_THAT(devices[1].mount_points, IsEmpty());
  EXPECT_THAT(devices[2].mount_points, ElementsAre("/")) << "by its partition";
}

TEST(ReadBlockDevices, sees_a_mount_through_device_mapper) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const auto devices = read_block_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(2));
  EXPECT_EQ(devices[1].name, "nvme0n1");
  EXPECT_THAT(devices[1].mount_points, ElementsAre("/"));
}

TEST(ReadBlockDevices, leaves_absent_and_garbled_facts_unknown) {
  fakes::SysfsTree tree;
  tree.folder("sys/block/sdq").file("sys/block/sdr/size", "18446744073709551615");
  tree.file("sys/block/sdr/queue/dax", "2").file("sys/block/sdr/queue/logical_block_size", "big");
  const auto devices = read_block_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(2));
  for (const BlockDeviceFacts& device : devices) {
    EXPECT_EQ(device.size_bytes, std::nullopt) << device.name;
    EXPECT_EQ(device.logical_block_bytes, std::nullopt);
    EXPECT_EQ(device.dax, "unknown");
    EXPECT_EQ(device.write_cache, "unknown");
    EXPECT_THAT(device.mount_points, IsEmpty());
  }
}

}  // namespace
}  // namespace pmembench
