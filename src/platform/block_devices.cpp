// Block devices, without their partitions.
#include "platform/devices.hpp"
#include "platform/host_tree.hpp"
#include "platform/mounts.hpp"

namespace pmembench {
namespace {

constexpr const char* kBlock = "sys/block";
// sysfs counts block device sizes in this unit regardless of the device's own sector size.
constexpr std::uint64_t kSysfsSectorBytes = 512;

std::string yes_no(const std::optional<std::uint64_t>& flag) {
  if (!flag || *flag > 1) return "unknown";
  return *flag == 1 ? "yes" : "no";
}

BlockDeviceFacts read_block_device(const HostTree& tree, const std::string& name,
                                   const std::vector<Mount>& mounts) {
  const std::string at = std::string(kBlock) + "/" + name;
  BlockDeviceFacts facts;
  facts.name = name;
  const auto sectors = tree.number(at + "/size");
  if (sectors && *sectors < (std::uint64_t{1} << 54)) {
    facts.size_bytes = *sectors * kSysfsSectorBytes;
  }
  facts.logical_block_bytes = tree.number(at + "/queue/logical_block_size");
  facts.physical_block_bytes = tree.number(at + "/queue/physical_block_size");
  facts.dax = yes_no(tree.number(at + "/queue/dax"));
  facts.write_cache = tree.line_or_unknown(at + "/queue/write_cache");
  facts.mount_points = mount_points_of(tree, at, mounts);
  return facts;
}

}  // namespace

std::vector<BlockDeviceFacts> read_block_devices(const std::string& root) {
  const HostTree tree(root);
  const std::vector<Mount> mounts = read_mounts(tree);
  std::vector<BlockDeviceFacts> devices;
  for (const std::string& name : tree.names(kBlock)) {
    devices.push_back(read_block_device(tree, name, mounts));
  }
  return devices;
}

}  // namespace pmembench
