// What is beneath a block device or a file, through partitions, dm, md and loop devices and file
// systems, to the last device; and whether that keeps its bytes without power.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>

namespace pmembench {

enum class KeepsBytes { yes, no, unknown };

struct DeviceStack {
  KeepsBytes keeps = KeepsBytes::unknown;  // the weakest of the last devices
  std::string text;                        // "dm-0 on (sda1, zram0)", "loop3 on tmpfs"
  // Persistence domains of the nd regions of its last devices; "unknown" for others.
  std::set<std::string> domains;
};

// Does a file system of this name keep its files in memory?
[[nodiscard]] bool is_in_memory(std::string_view file_system);

// Of the block device of that number, by ROOT/sys/dev/block.
DeviceStack stack_of_device(const std::string& root, dev_t device);

// Of a file on the file system with that name and st_dev. A file system whose number is not a
// device's (overlayfs, btrfs, of a network) is unknown.
DeviceStack stack_of_file(const std::string& root, dev_t device, const std::string& file_system);

}  // namespace pmembench
