// Which block devices are mounted where, by device number.
#pragma once

#include <string>
#include <vector>

namespace pmembench {

class HostTree;

// One line of ROOT/proc/self/mountinfo.
struct Mount {
  std::string device_number;  // "254:0"
  std::string point;
  std::string source;  // "/dev/vda1"; file systems with numbers of their own (btrfs) need it
  std::string file_system = {};  // "ext4", "tmpfs"
  std::string options = {};      // of the file system, all mounts of it: "rw,nobarrier"
};
std::vector<Mount> read_mounts(const HostTree& tree);

// Mount points of the device `directory` (sys/block/vda, or where sys/dev/block/M:m points), of its
// partitions, and of what is stacked on either (dm, md: its holders). Sorted, each once.
std::vector<std::string> mount_points_of(const HostTree& tree, const std::string& directory,
                                         const std::vector<Mount>& mounts);

}  // namespace pmembench
