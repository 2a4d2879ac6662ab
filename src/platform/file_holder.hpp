// file_holder: which process, or loop device, has a file open.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <optional>
#include <string>

namespace pmembench {

struct FileHolder {
  pid_t pid = 0;
  std::string name;  // of its program, printable
  bool own = false;  // this process or its parent: a worker and its command are one
};

// A process that has the file (by device and inode) or device (by its number) open; another one
// than this process and its parent if there is one. Nothing: none is seen, which without privileges
// is so for the processes of other users.
std::optional<FileHolder> holder_of(const std::string& root, const struct stat& facts);

// The path of the file beneath the loop device of this number, as the kernel has it; empty: it is
// not a loop device, or has none.
std::string file_of_loop(const std::string& root, dev_t device);
// The folder of a block device in sysfs, in which the folders of its partitions are; empty:
// unknown.
std::string folder_of_device(const std::string& root, dev_t device);

}  // namespace pmembench
