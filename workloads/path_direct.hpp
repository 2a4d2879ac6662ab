// The direct path, and the device's bytes as one span where they lie without a gap.
#pragma once

#include "workloads/line_load.hpp"
#include "workloads/path.hpp"

namespace pmembench {

PathType direct_path();
Result<std::unique_ptr<Path>> make_direct_path(DaxDevice& device, PathGround* ground);

// All of the device, or empty where direct_access does not reach it in one piece. The addresses are
// the caller's only as long as the device is not killed.
std::span<std::byte> whole_mapping(DaxDevice& device, DaxReader& reader);

// Path::load on a device whose bytes have addresses in one piece; -EOPNOTSUPP where they have not.
std::int64_t load_by_address(DaxDevice& device, DaxReader& reader, LoadRanges load, dax_iter& iter,
                             std::uint64_t& sum);

}  // namespace pmembench
