// dax devices and nd regions.
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "platform/devices.hpp"
#include "platform/host_tree.hpp"
#include "platform/nd_region.hpp"
#include "platform/rated_access.hpp"

namespace pmembench {
namespace {

constexpr const char* kDaxBus = "sys/bus/dax/devices";

// A device of a CXL region is in regionN/dax_regionN. access1 is rated from the nearest CPU,
// access0 from the nearest initiator of any kind.
void add_region_ratings(const HostTree& tree, const std::string& parent, DaxDeviceFacts& facts) {
  if (!facts.numa_node) return;
  const std::string region = parent.substr(0, parent.rfind('/'));
  auto rated = read_rated_access(tree, region + "/access1");
  if (!rated) rated = read_rated_access(tree, region + "/access0");
  if (!rated) return;
  rated->initiator_node = *facts.numa_node;
  facts.rated.push_back(*rated);
}

// `at` is the device's directory, relative to the root.
DaxDeviceFacts read_dax_device(const HostTree& tree, const std::string& name,
                               const std::string& at) {
  DaxDeviceFacts facts;
  facts.name = name;
  facts.size_bytes = tree.number(at + "/size");
  // The parent through the resolved path: ".." behind a link is not what it looks like.
  const std::string real = tree.real(at).value_or(at);
  const std::string parent = real.substr(0, real.rfind('/'));
  // Before Linux 5.10 the parent alone had these: the nd device, or the region of dax.
  facts.alignment_bytes = tree.number(at + "/align");
  if (!facts.alignment_bytes) facts.alignment_bytes = tree.number(parent + "/align");
  if (!facts.alignment_bytes) facts.alignment_bytes = tree.number(parent + "/dax_region/align");
  facts.numa_node = tree.node(at + "/numa_node");
  if (!facts.numa_node) facts.numa_node = tree.node(parent + "/numa_node");
  facts.target_node = tree.node(at + "/target_node");
  facts.driver = tree.link_name(at + "/driver");
  facts.region = nd_region_of(tree.real(at).value_or(""));
  facts.persistence_domain = "unknown";
  if (!facts.region.empty()) {
    facts.persistence_domain =
        tree.line_or_unknown(std::string(kNdBus) + "/" + facts.region + "/persistence_domain");
    if (!facts.numa_node) {
      facts.numa_node = tree.node(std::string(kNdBus) + "/" + facts.region + "/numa_node");
    }
    return facts;
  }
  facts.region = tree.line(parent + "/dax_region/id").value_or("");
  add_region_ratings(tree, parent, facts);
  return facts;
}

// The words of ndctl for what sysfs calls the mode of a namespace.
std::string namespace_mode(const std::string& sysfs_mode) {
  if (sysfs_mode == "memory") return "fsdax";
  if (sysfs_mode == "dax") return "devdax";
  if (sysfs_mode == "safe") return "sector";
  return sysfs_mode;
}

NdRegionFacts read_nd_region(const HostTree& tree, const std::string& name) {
  const std::string at = std::string(kNdBus) + "/" + name;
  NdRegionFacts facts;
  facts.name = name;
  facts.size_bytes = tree.number(at + "/size");
  facts.numa_node = tree.node(at + "/numa_node");
  facts.target_node = tree.node(at + "/target_node");
  facts.persistence_domain = tree.line_or_unknown(at + "/persistence_domain");
  facts.deep_flush = tree.line_or_unknown(at + "/deep_flush");
  for (const std::string& child : tree.names(at)) {
    // The seed, from which the next namespace would be made, has size 0.
    if (!child.starts_with("namespace") || child.find('.') == std::string::npos) continue;
    if (tree.number(at + "/" + child + "/size") == 0) continue;
    const std::string mode = namespace_mode(tree.line_or_unknown(at + "/" + child + "/mode"));
    facts.namespaces.push_back(child + " (" + mode + ")");
  }
  return facts;
}

}  // namespace

std::vector<DaxDeviceFacts> read_dax_devices(const std::string& root) {
  const HostTree tree(root);
  std::vector<DaxDeviceFacts> devices;
  for (const std::string& name : tree.names(kDaxBus)) {
    if (!name.starts_with("dax")) continue;
    devices.push_back(read_dax_device(tree, name, std::string(kDaxBus) + "/" + name));
  }
  return devices;
}

std::vector<NdRegionFacts> read_nd_regions(const std::string& root) {
  const HostTree tree(root);
  std::vector<NdRegionFacts> regions;
  for (const std::string& name : tree.numbered(kNdBus, "region")) {
    regions.push_back(read_nd_region(tree, name));
  }
  return regions;
}

Result<DaxDeviceFacts> dax_device_by_path(const std::string& root, const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    Error error =
        usage_error("{} cannot be looked at: {}; give the path of a dax device such as /dev/dax0.0",
                    path, std::strerror(errno));
    error.code = errno;
    return error;
  }
  if (!S_ISCHR(status.st_mode)) {
    return usage_error(
        "{} is not a dax device: it is not a character device; give a path such as /dev/dax0.0",
        path);
  }
  const HostTree tree(root);
  const std::string number = fmt::format("{}:{}", major(status.st_rdev), minor(status.st_rdev));
  const std::string at = "sys/dev/char/" + number;
  const auto real = tree.real(at);
  if (!real) {
    return environment_error("{} cannot be identified: {} does not exist; mount sysfs on /sys",
                             path, tree.path(at));
  }
  const std::string subsystem = tree.link_name(*real + "/subsystem");
  if (subsystem != "dax") {
    return usage_error(
        "{} is not a dax device: device {} belongs to subsystem {}; give a path such as "
        "/dev/dax0.0",
        path, number, subsystem.empty() ? "unknown" : subsystem);
  }
  return read_dax_device(tree, real->substr(real->rfind('/') + 1), *real);
}

}  // namespace pmembench
