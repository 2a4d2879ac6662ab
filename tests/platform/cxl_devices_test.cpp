#include <gmock/gmock.h>

#include "platform/devices.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"

namespace pmembench {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ReadCxlDevices, reads_memory_devices_and_regions_and_nothing_else) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const auto devices = read_cxl_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(2));
  const CxlDeviceFacts& mem = devices[0];
  EXPECT_EQ(mem.name, "mem0");
  EXPECT_EQ(mem.kind, "mem");
  EXPECT_EQ(mem.ram_bytes, std::uint64_t{256} << 30);
  EXPECT_EQ(mem.pmem_bytes, 0U) << "the device says that it has none";
  EXPECT_EQ(mem.size_bytes, std::nullopt);
  EXPECT_EQ(mem.numa_node, 0);
  EXPECT_EQ(mem.serial, "0xc9e1d00d");
  EXPECT_EQ(mem.firmware_version, "1.2.7");
  EXPECT_EQ(mem.mode, "unknown");
  const CxlDeviceFacts& region = devices[1];
  EXPECT_EQ(region.name, "region0");
  EXPECT_EQ(region.kind, "region");
  EXPECT_EQ(region.size_bytes, std::uint64_t{256} << 30);
  EXPECT_EQ(region.interleave_ways, 1U);
  EXPECT_EQ(region.interleave_granularity_bytes, 256U);
  EXPECT_EQ(region.mode, "ram");
  EXPECT_EQ(region.numa_node, std::nullopt);
  EXPECT_EQ(region.serial, "unknown");
}

TEST(ReadCxlDevices, leaves_absent_and_impossible_facts_unknown) {
  fakes::SysfsTree tree;
  tree.folder("sys/bus/cxl/devices/mem3");
  tree.file("sys/bus/cxl/devices/region1/interleave_ways", "0");
  tree.file("sys/bus/cxl/devices/region1/interleave_granularity", "0");
  tree.file("sys/bus/cxl/devices/region2/interleave_ways", "4294967297");
  const auto devices = read_cxl_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(3));
  EXPECT_EQ(devices[0].ram_bytes, std::nullopt);
  EXPECT_EQ(devices[0].pmem_bytes, std::nullopt);
  EXPECT_EQ(devices[0].serial, "unknown");
  EXPECT_EQ(devices[0].firmware_version, "unknown");
  EXPECT_EQ(devices[1].size_bytes, std::nullopt);
  EXPECT_EQ(devices[1].interleave_ways, std::nullopt);
  EXPECT_EQ(devices[1].interleave_granularity_bytes, std::nullopt);
  EXPECT_EQ(devices[1].mode, "unknown");
  EXPECT_EQ(devices[2].interleave_ways, std::nullopt);
}

TEST(ReadCxlDevices, finds_none_without_the_bus) {
  fakes::SysfsTree tree;
  write_bare(tree);
  EXPECT_THAT(read_cxl_devices(tree.root()), IsEmpty());
}

}  // namespace
}  // namespace pmembench
