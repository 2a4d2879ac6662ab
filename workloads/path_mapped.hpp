// The mapped path: loads and stores at the address that direct_access gives, then flush.
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

// Refuses (environment) a device whose direct_access does not reach it in one piece.
Result<std::unique_ptr<Path>> make_mapped_path(DaxDevice& device, PathFixture* fixture);

[[nodiscard]] PathType mapped_path();

}  // namespace pmembench
