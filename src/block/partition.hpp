// BlockPartition: some sectors of a block device as a block device of their own.
#pragma once

#include <cstdint>
#include <memory>

#include "block/block_device.hpp"

namespace pmembench {

// Sectors [start, start + count) of `whole`, which outlives it. Its dax() is that of `whole`, from
// there on; refused (usage) also where start or length is not made of whole pages, since a mapping
// could not begin or end there. Its counters are of its own sessions, and have what the layer below
// counts only while nobody else uses it. Refuses (usage) sectors beyond the end, and none at all.
Result<std::unique_ptr<BlockDevice>> make_partition(BlockDevice& whole, std::uint64_t start_sector,
                                                    std::uint64_t sectors);

}  // namespace pmembench
