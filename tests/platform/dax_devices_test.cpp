#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <cerrno>

#include "platform/devices.hpp"
#include "tests/fakes/sysfs/bare.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"
#include "tests/fakes/sysfs/nvdimm_server.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(ReadDaxDevices, reads_an_nvdimm_namespace_with_the_domain_of_its_region) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const auto devices = read_dax_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(1));
  const DaxDeviceFacts& dax = devices[0];
  EXPECT_EQ(dax.name, "dax0.0");
  EXPECT_EQ(dax.size_bytes, 399531573248U);
  EXPECT_EQ(dax.alignment_bytes, 2097152U);
  EXPECT_EQ(dax.numa_node, 0);
  EXPECT_EQ(dax.target_node, 2);
  EXPECT_EQ(dax.driver, "device_dax");
  EXPECT_EQ(dax.region, "region0");
  EXPECT_EQ(dax.persistence_domain, "memory_controller");
}

TEST(ReadDaxDevices, reads_cxl_memory_on_kmem_and_a_device_without_a_node) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  const auto devices = read_dax_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(2));
  EXPECT_EQ(devices[0].driver, "kmem");
  EXPECT_EQ(devices[0].target_node, 1);
  EXPECT_EQ(devices[0].region, "0") << "the dax region's id: a CXL region0 is not nd's";
  EXPECT_EQ(devices[0].persistence_domain, "unknown");
  EXPECT_EQ(devices[1].name, "dax1.0");
  EXPECT_EQ(devices[1].driver, "device_dax");
  EXPECT_EQ(devices[1].numa_node, std::nullopt);
  EXPECT_EQ(devices[1].target_node, std::nullopt);
  EXPECT_EQ(devices[1].alignment_bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(devices[1].region, "1");
}

TEST(ReadDaxDevices, does_not_take_a_cxl_region_for_an_nd_region_of_the_same_name) {
  fakes::SysfsTree tree;
  write_cxl_host(tree);
  tree.file("sys/bus/nd/devices/region0/persistence_domain", "cpu_cache");
  EXPECT_EQ(read_dax_devices(tree.root())[0].persistence_domain, "unknown");
}

TEST(ReadDaxDevices, asks_the_parent_on_a_kernel_that_has_alignment_and_node_there) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const std::string parent = std::string(fakes::kNdBus0) + "/region0/dax0.1";
  tree.remove(parent + "/dax0.0/align").remove(parent + "/dax0.0/numa_node");
  tree.remove(parent + "/dax0.0/target_node");
  tree.file(parent + "/align", "1073741824").file(parent + "/numa_node", "1");
  const DaxDeviceFacts dax = read_dax_devices(tree.root()).at(0);
  EXPECT_EQ(dax.alignment_bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(dax.numa_node, 1);
  EXPECT_EQ(dax.target_node, std::nullopt);
}

TEST(ReadDaxDevices, leaves_absent_facts_unknown) {
  fakes::SysfsTree tree;
  tree.folder("sys/bus/dax/devices/dax7.0");
  const auto devices = read_dax_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(1));
  EXPECT_EQ(devices[0].size_bytes, std::nullopt);
  EXPECT_EQ(devices[0].alignment_bytes, std::nullopt);
  EXPECT_EQ(devices[0].numa_node, std::nullopt);
  EXPECT_EQ(devices[0].driver, "");
  EXPECT_EQ(devices[0].region, "");
  EXPECT_EQ(devices[0].persistence_domain, "unknown");
}

TEST(ReadDaxDevices, leaves_garbage_and_numbers_beyond_64_bits_unknown) {
  fakes::SysfsTree tree;
  tree.file("sys/bus/dax/devices/dax0.0/size", "99999999999999999999999");
  tree.raw("sys/bus/dax/devices/dax0.0/align", std::string_view("\x00\xff\x7f", 3));
  tree.file("sys/bus/dax/devices/dax0.0/numa_node", "4294967295");
  const auto devices = read_dax_devices(tree.root());
  ASSERT_THAT(devices, SizeIs(1));
  EXPECT_EQ(devices[0].size_bytes, std::nullopt);
  EXPECT_EQ(devices[0].alignment_bytes, std::nullopt);
  EXPECT_EQ(devices[0].numa_node, std::nullopt);
}

TEST(ReadDaxDevices, finds_none_where_there_is_none) {
  fakes::SysfsTree bare;
  write_bare(bare);
  EXPECT_THAT(read_dax_devices(bare.root()), IsEmpty());
  EXPECT_THAT(read_nd_regions(bare.root()), IsEmpty());
  const fakes::SysfsTree empty;
  EXPECT_THAT(read_dax_devices(empty.root()), IsEmpty());
}

TEST(ReadNdRegions, reads_domains_and_namespaces_in_the_words_of_ndctl) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  const auto regions = read_nd_regions(tree.root());
  ASSERT_THAT(regions, SizeIs(2));
  EXPECT_EQ(regions[0].name, "region0");
  EXPECT_EQ(regions[0].size_bytes, 811748818944U);
  EXPECT_EQ(regions[0].numa_node, 0);
  EXPECT_EQ(regions[0].target_node, 2);
  EXPECT_EQ(regions[0].persistence_domain, "memory_controller");
  EXPECT_EQ(regions[0].deep_flush, "1");
  EXPECT_THAT(regions[0].namespaces, ElementsAre("namespace0.0 (devdax)", "namespace0.1 (fsdax)"));
  EXPECT_EQ(regions[1].persistence_domain, "cpu_cache");
  EXPECT_EQ(regions[1].deep_flush, "0");
  EXPECT_THAT(regions[1].namespaces, ElementsAre("namespace1.0 (sector)")) << "without the seed";
}

TEST(ReadNdRegions, leaves_what_the_platform_does_not_say_unknown) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  tree.remove("sys/bus/nd/devices/region0/persistence_domain");
  tree.remove("sys/bus/nd/devices/region0/deep_flush");
  tree.file("sys/bus/nd/devices/region0/numa_node", "-1");
  const auto regions = read_nd_regions(tree.root());
  EXPECT_EQ(regions[0].persistence_domain, "unknown");
  EXPECT_EQ(regions[0].deep_flush, "unknown");
  EXPECT_EQ(regions[0].numa_node, std::nullopt);
  EXPECT_EQ(read_dax_devices(tree.root())[0].persistence_domain, "unknown");
}

// /dev/null stands in for a device node: what the tree says of its number decides what it is.
std::string number_of_dev_null() {
  struct stat status {};
  EXPECT_EQ(::stat("/dev/null", &status), 0);
  return std::to_string(major(status.st_rdev)) + ":" + std::to_string(minor(status.st_rdev));
}

TEST(DaxDeviceByPath, identifies_a_device_by_its_number) {
  fakes::SysfsTree tree;
  write_nvdimm_server(tree);
  tree.link("sys/dev/char/" + number_of_dev_null(),
            std::string(fakes::kNdBus0) + "/region0/dax0.1/dax0.0");
  const auto dax = dax_device_by_path(tree.root(), "/dev/null");
  ASSERT_TRUE(dax) << dax.error().message;
  EXPECT_EQ(dax->name, "dax0.0");
  EXPECT_EQ(dax->size_bytes, 399531573248U);
  EXPECT_EQ(dax->region, "region0");
  EXPECT_EQ(dax->persistence_domain, "memory_controller");
}

TEST(DaxDeviceByPath, refuses_a_character_device_of_another_subsystem) {
  fakes::SysfsTree tree;
  const std::string number = number_of_dev_null();
  tree.folder("sys/class/mem").link("sys/devices/virtual/mem/null/subsystem", "sys/class/mem");
  tree.link("sys/dev/char/" + number, "sys/devices/virtual/mem/null");
  const auto refused = dax_device_by_path(tree.root(), "/dev/null");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "/dev/null is not a dax device: device " + number +
                " belongs to subsystem mem; give a path such as /dev/dax0.0");
  tree.remove("sys/devices/virtual/mem/null/subsystem");
  EXPECT_EQ(dax_device_by_path(tree.root(), "/dev/null").error().message,
            "/dev/null is not a dax device: device " + number +
                " belongs to subsystem unknown; give a path such as /dev/dax0.0");
}

TEST(DaxDeviceByPath, refuses_what_is_no_character_device_or_is_not_there) {
  const fakes::SysfsTree tree;
  EXPECT_EQ(
      dax_device_by_path(tree.root(), tree.root()).error().message,
      tree.root() +
          " is not a dax device: it is not a character device; give a path such as /dev/dax0.0");
  const auto absent = dax_device_by_path(tree.root(), tree.path("dax9.9"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ENOENT);
  EXPECT_EQ(absent.error().message, tree.path("dax9.9") +
                                        " cannot be looked at: No such file or directory; give "
                                        "the path of a dax device such as /dev/dax0.0");
}

TEST(DaxDeviceByPath, says_when_sysfs_does_not_know_the_number) {
  const fakes::SysfsTree tree;
  const auto refused = dax_device_by_path(tree.root(), "/dev/null");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::environment);
  EXPECT_EQ(refused.error().message,
            "/dev/null cannot be identified: " + tree.path("sys/dev/char/" + number_of_dev_null()) +
                " does not exist; mount sysfs on /sys");
}

}  // namespace
}  // namespace pmembench
