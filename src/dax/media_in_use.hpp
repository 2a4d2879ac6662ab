// media_in_use: does somebody use this file or block device right now?
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// Refuses (environment) a mounted block device, naming where; a regular file or block device that
// is behind a loop device (a partition of it too, and its disk); and a loop device whose file, or
// the same part of it, is behind another one, too: writing to it would change a file system under
// the kernel's feet. Looks only.
Status require_not_in_use(const std::string& path, const struct stat& facts,
                          const std::string& sysfs_root);

// The file or block device beneath an open loop device, for reading; nothing: it is none, or cannot
// be reached. A block device is claimed. Error (EBUSY): it is in use by others.
Result<UniqueFd> backing_file_of(int device, const std::string& sysfs_root);

}  // namespace pmembench
