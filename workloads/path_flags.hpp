// The flags path: as direct, but the way of a copy is chosen by flags of the device and called
// directly, without the table of operations. Linux before and after 5.17, with the same work.
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

PathType flags_path();
Result<std::unique_ptr<Path>> make_flags_path(DaxDevice& device, PathFixture* fixture);

}  // namespace pmembench
