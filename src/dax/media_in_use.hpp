// media_in_use: does somebody use this file or block device right now?
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/result.hpp"

namespace pmembench {

// Refuses (environment) a mounted block device, naming where, and a regular file that is behind a
// loop device: writing to it would change a file system under the kernel's feet. Looks only.
Status require_not_in_use(const std::string& path, const struct stat& facts,
                          const std::string& sysfs_root);

}  // namespace pmembench
