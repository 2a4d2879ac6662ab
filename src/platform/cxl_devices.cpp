// CXL memory devices and regions.
#include "platform/devices.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

constexpr const char* kCxlBus = "sys/bus/cxl/devices";

CxlDeviceFacts read_cxl_memory(const HostTree& tree, const std::string& name) {
  const std::string at = std::string(kCxlBus) + "/" + name;
  CxlDeviceFacts facts;
  facts.name = name;
  facts.kind = "mem";
  facts.ram_bytes = tree.number(at + "/ram/size");
  facts.pmem_bytes = tree.number(at + "/pmem/size");
  facts.numa_node = tree.node(at + "/numa_node");
  facts.serial = tree.line_or_unknown(at + "/serial");
  facts.firmware_version = tree.line_or_unknown(at + "/firmware_version");
  facts.mode = "unknown";
  return facts;
}

CxlDeviceFacts read_cxl_region(const HostTree& tree, const std::string& name) {
  const std::string at = std::string(kCxlBus) + "/" + name;
  CxlDeviceFacts facts;
  facts.name = name;
  facts.kind = "region";
  facts.size_bytes = tree.number(at + "/size");
  facts.numa_node = tree.node(at + "/numa_node");
  // CXL knows 1 to 16 ways; 0 is a region that is not set up yet.
  const auto ways = tree.number(at + "/interleave_ways");
  if (ways && *ways >= 1 && *ways <= 16) facts.interleave_ways = static_cast<unsigned>(*ways);
  const auto granularity = tree.number(at + "/interleave_granularity");
  if (granularity && *granularity > 0) facts.interleave_granularity_bytes = granularity;
  facts.serial = "unknown";
  facts.firmware_version = "unknown";
  facts.mode = tree.line_or_unknown(at + "/mode");
  return facts;
}

}  // namespace

std::vector<CxlDeviceFacts> read_cxl_devices(const std::string& root) {
  const HostTree tree(root);
  std::vector<CxlDeviceFacts> devices;
  for (const std::string& name : tree.numbered(kCxlBus, "mem")) {
    devices.push_back(read_cxl_memory(tree, name));
  }
  for (const std::string& name : tree.numbered(kCxlBus, "region")) {
    devices.push_back(read_cxl_region(tree, name));
  }
  return devices;
}

}  // namespace pmembench
