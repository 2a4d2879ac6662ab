#include "platform/rated_access.hpp"

#include <gtest/gtest.h>

#include "platform/devices.hpp"
#include "tests/fakes/sysfs/cxl_host.hpp"

namespace pmembench {
namespace {

TEST(RatedAccess, is_what_the_firmware_says_and_nothing_else) {
  fakes::SysfsTree tree;
  tree.file("at/read_bandwidth", "60000").file("at/write_bandwidth", "0");
  tree.file("at/read_latency", "250");
  const auto rated = read_rated_access(HostTree(tree.root()), "at");
  ASSERT_TRUE(rated);
  EXPECT_EQ(rated->read_bandwidth_mib_per_s, 60000U);
  EXPECT_FALSE(rated->write_bandwidth_mib_per_s) << "0 is how sysfs shows what is not rated";
  EXPECT_EQ(rated->read_latency_ns, 250U);
  EXPECT_FALSE(rated->write_latency_ns);
  EXPECT_EQ(rated->initiator_node, -1);
  EXPECT_FALSE(read_rated_access(HostTree(tree.root()), "elsewhere"));
}

constexpr const char* kRegion = "sys/devices/platform/ACPI0017:00/root0/decoder0.0/region0";

TEST(RatedAccess, of_a_dax_device_is_that_of_its_cxl_region) {
  fakes::SysfsTree tree;
  fakes::write_cxl_host(tree);
  const auto rated_of = [&] {
    const auto devices = read_dax_devices(tree.root());
    return devices.at(0).rated;
  };
  EXPECT_TRUE(rated_of().empty()) << "before Linux 6.9 a region is not rated";
  tree.file(std::string(kRegion) + "/access0/read_bandwidth", "31000");
  ASSERT_EQ(rated_of().size(), 1U);
  EXPECT_EQ(rated_of()[0].read_bandwidth_mib_per_s, 31000U);
  tree.file(std::string(kRegion) + "/access1/read_bandwidth", "30000");
  EXPECT_EQ(rated_of()[0].read_bandwidth_mib_per_s, 30000U) << "from a CPU, not from a device";
  EXPECT_EQ(rated_of()[0].initiator_node, 0);
}

TEST(RatedAccess, of_a_dax_device_without_a_node_is_nobodys) {
  fakes::SysfsTree tree;
  fakes::write_cxl_host(tree);
  tree.file(std::string(kRegion) + "/access1/read_bandwidth", "30000");
  tree.file(std::string(kRegion) + "/dax_region0/dax0.0/numa_node", "-1");
  EXPECT_TRUE(read_dax_devices(tree.root()).at(0).rated.empty());
}

}  // namespace
}  // namespace pmembench
