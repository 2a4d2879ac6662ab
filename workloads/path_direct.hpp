// The direct path, and the device's bytes as one span if there is no gap between them.
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

PathType direct_path();
Result<std::unique_ptr<Path>> make_direct_path(DaxDevice& device, PathFixture* fixture);

// All of the device, or empty where direct_access does not reach it in one piece. The addresses are
// the caller's only as long as the device is not killed.
std::span<std::byte> whole_mapping(DaxDevice& device, DaxReader& reader);

}  // namespace pmembench
