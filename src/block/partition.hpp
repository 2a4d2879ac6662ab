// BlockPartition: a range of sectors of a block device as a separate block device.
#pragma once

#include <cstdint>
#include <memory>

#include "block/block_device.hpp"

namespace pmembench {

// Sectors [start, start + count) of `whole`, which outlives it. Its dax() is that of `whole`, from
// there on; it is refused (usage) also if start or length is not a multiple of the page size,
// because a mapping could not begin or end there. Its counters are those of its own sessions; they
// contain what the layer below counts only while this partition is that layer's only user. Refuses
// (usage) sectors beyond the end, and none at all.
Result<std::unique_ptr<BlockDevice>> make_partition(BlockDevice& whole, std::uint64_t start_sector,
                                                    std::uint64_t sectors);

}  // namespace pmembench
