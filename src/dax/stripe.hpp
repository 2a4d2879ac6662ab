// Stripe: one dax device whose chunks are on several others in turn (dm-stripe).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dax/stacked.hpp"

namespace pmembench {

// Chunk i is on device i mod n, at chunk i / n. Of each device as many whole chunks are used as the
// smallest has. Errors: those of make_stacked, and (usage, code EINVAL) fewer than two devices, a
// chunk that is not a power of two or smaller than a page, or larger than the smallest device.
Result<std::unique_ptr<DaxDevice>> make_stripe(const std::string& name,
                                               std::vector<std::unique_ptr<DaxDevice>> devices,
                                               std::uint64_t chunk_bytes);

}  // namespace pmembench
