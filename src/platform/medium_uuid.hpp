// The UUID of a shared medium: of a dax device's extent, or of a file's file system.
#pragma once

#include <string>

namespace pmembench {

// Of /dev/daxX.Y what sysfs says (a tagged extent of dynamic capacity has one); of a file what its
// file system says (FS_IOC_GETFSUUID, Linux 6.9; famfs has one). "" where there is none.
[[nodiscard]] std::string medium_uuid(const std::string& root, const std::string& path);

}  // namespace pmembench
