// fd_path: a path that leads to what this process has open, also if it has no name.
#pragma once

#include <fmt/core.h>

#include <string>

namespace pmembench {

// Opened by this process, it gives a second open file of the same inode, with a separate position
// and separate locks. With AT_SYMLINK_FOLLOW, linkat(2) gives the file a name.
[[nodiscard]] inline std::string fd_path(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

}  // namespace pmembench
