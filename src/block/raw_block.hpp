// raw: the block presentation without a translation. Sector n is the slice's bytes from n * sector
// on. Nothing keeps a sector whole when the power is cut in the middle of its write.
#pragma once

#include <memory>

#include "block/block_device.hpp"
#include "block/slice.hpp"

namespace pmembench {

// A batch is one call of the device's operations (two where its copies need a flush). A write is
// not fenced: flush() does that, for all sessions (threads that hand work to one another do so by a
// locked instruction, which orders their own flushes and non-temporal stores as a drain does).
//
// A write that meets a known bad block does as the kernel's pmem driver: it repairs, and fails
// (-EIO) only where that fails. The repair is the device's recovery_write, which repairs whole
// pages: so with sectors of 512 bytes a write of less than a page to a bad page fails.
//
// The device outlives it. Refuses what make_slice refuses.
Result<std::unique_ptr<BlockDevice>> make_raw_block(DaxDevice& device,
                                                    const SliceOptions& options = {});

}  // namespace pmembench
