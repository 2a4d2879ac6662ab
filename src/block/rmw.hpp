// rmw: the block translation of media that are erased and written in large blocks, as mtdblock does
// it (drivers/mtd/mtdblock.c): one cached erase block, read, modified, and written back whole.
#pragma once

#include <cstdint>
#include <memory>

#include "block/block_device.hpp"
#include "block/slice.hpp"

namespace pmembench {

struct RmwOptions {
  SliceOptions slice;  // what is left behind the last whole erase block is not used
  std::uint64_t erase_block_bytes = 64 * 1024;
  bool erase = true;  // before a block is written it is filled with 0xFF, durably
};

// Are these erase blocks ones that a device of that size can have? size_bytes 0: unknown. Usage
// error.
Status check_erase_block(const RmwOptions& options, std::uint64_t size_bytes);

// A write to a part of a block goes to the cache; the block is written back when another one takes
// its place, when flush() asks for it, and when the device ends. A request for a whole block goes
// past the cache. A cached block whose write-back fails is dropped, as mtdblock does (-EIO). One
// request at a time: a mutex, as there is one cache.
//
// A power loss in the middle of a write-back damages acknowledged sectors of the same block: this
// translation exists to show that. Its own counters: blocks_written, blocks_erased, blocks_read.
//
// The device outlives it. Refuses what make_slice refuses, an erase block that is not a power of
// two from one sector to 64 MiB, a slice without room for one.
Result<std::unique_ptr<BlockDevice>> make_rmw(DaxDevice& device, const RmwOptions& options = {});

}  // namespace pmembench
