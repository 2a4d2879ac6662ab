// A loop device over a file: a real block device where there is none.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// Attached until `fd` and every other descriptor of it is closed: the kernel detaches it then
// (autoclear), so a process that was killed leaves nothing.
struct AttachedLoop {
  std::string path;  // "/dev/loop3"
  UniqueFd fd;
};

// Over all of the open `file`, with direct I/O, so that its bytes are not in the page cache twice.
// Errors (environment): no permission, no loop devices, no direct I/O on that file's file system.
Result<AttachedLoop> attach_loop_device(int file);

}  // namespace pmembench
