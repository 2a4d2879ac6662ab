// Measured attributes in hwloc's XML, read back by hwloc.
#include "platform/memory_attributes_xml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "platform/memory_attributes.hpp"

namespace pmembench {
namespace {

// Of this host, which has at least node 0.
std::string written(const std::vector<MeasuredAttributes>& measured) {
  const auto text = memory_attributes_xml(measured);
  EXPECT_TRUE(text) << text.error().message;
  return text ? *text : "";
}

TEST(MemoryAttributesXml, is_read_back_by_hwloc) {
  MeasuredAttributes measured;
  measured.initiator_node = measured.target_node = 0;
  measured.latency_ns = 87.6;
  measured.read_bytes_per_s = 20000.0 * 1048576;
  measured.write_bytes_per_s = 10000.0 * 1048576;
  const std::string file = testing::TempDir() + "measured.xml";
  std::ofstream(file) << written({measured});
  const auto attributes = read_memory_attributes(file);
  std::remove(file.c_str());
  ASSERT_TRUE(attributes) << attributes.error().message;
  ASSERT_EQ(attributes->size(), 1U);
  EXPECT_EQ(attributes->front().rated.read_latency_ns, 88U);
  EXPECT_EQ(attributes->front().rated.read_bandwidth_mib_per_s, 20000U);
  EXPECT_EQ(attributes->front().rated.write_bandwidth_mib_per_s, 10000U);
}

TEST(MemoryAttributesXml, refuses_a_node_that_the_host_has_not) {
  MeasuredAttributes measured;
  measured.initiator_node = 0;
  measured.target_node = 4000;
  const auto text = memory_attributes_xml({measured});
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, testing::HasSubstr("no node 4000"));
}

}  // namespace
}  // namespace pmembench
