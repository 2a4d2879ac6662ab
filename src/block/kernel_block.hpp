// kernel: a real block device or file behind the block interface. A thin view of a dax device that
// was opened with backend `block`, whose engine it uses: pread and pwrite or io_uring, with the
// queue depth and the way to durability that the backend was given.
#pragma once

#include <memory>

#include "block/block_device.hpp"
#include "block/slice.hpp"

namespace pmembench {

// A batch is one call of the backend, which may have many of its requests under way at once.
// Durable by fdatasync in flush(), or by O_DSYNC in each write: what the backend's describe() says.
//
// The device outlives it. Refuses what make_slice refuses, and (usage) a device whose backend is
// not emulated by the kernel's block path.
Result<std::unique_ptr<BlockDevice>> make_kernel_block(DaxDevice& device,
                                                       const SliceOptions& options = {});

// Why a device behind the kernel's block path has no dax device beneath its sectors.
Error no_dax_of_kernel_block(const DaxDevice& device);

}  // namespace pmembench
