// The paths through the small file system: fs-dax, fs-block, fs-mixed.
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

// Each formats the device and mounts it; files are there, and ranges are those of one preallocated
// file, made when a range is first used, that may take three quarters of the space.
PathType fs_dax_path();    // metadata and data by addresses
PathType fs_block_path();  // metadata and data by sectors
// The first part of the device as sectors for metadata, the rest by addresses for data.
PathType fs_mixed_path();

}  // namespace pmembench
