// The posix path: files and ranges of a file on a real mounted file system, by system calls.
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

// On posix media only. Ranges are those of one preallocated file, by pread and pwrite through the
// page cache (or around it, where the mount is DAX), durable by fdatasync. Files are in a directory
// made for the cell, and are reached from its descriptor.
PathType posix_path();

}  // namespace pmembench
