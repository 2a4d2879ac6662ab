#include "platform/boot_id.hpp"

#include "platform/host_tree.hpp"

namespace pmembench {

std::string boot_id(const std::string& root) {
  return HostTree(root).line_or_unknown("proc/sys/kernel/random/boot_id");
}

}  // namespace pmembench
