#include "platform/nd_region.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(NdRegion, is_the_component_below_a_bus_of_nd) {
  EXPECT_EQ(nd_region_of("sys/devices/LNXSYSTM:00/ndbus0/region3/namespace3.0/block/pmem3"),
            "region3");
  EXPECT_EQ(nd_region_of("sys/devices/ndbus12/region0"), "region0");
}

TEST(NdRegion, is_not_a_region_of_cxl_and_not_any_other_device) {
  EXPECT_EQ(nd_region_of("sys/devices/platform/cxl/root0/region0/dax_region0/dax0.0"), "");
  EXPECT_EQ(nd_region_of("sys/devices/pci0/block/sda"), "");
  EXPECT_EQ(nd_region_of(""), "");
}

}  // namespace
}  // namespace pmembench
