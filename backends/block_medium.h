// The block backend's medium: a block device or a regular file, opened past the page cache.
#pragma once

#include <cstdint>

#include "backends/block_options.h"
#include "backends/dax_operations.h"

namespace pmembench {

// Offsets and lengths of the block backend; what a device needs beyond it is found out when opened.
constexpr std::uint32_t kSectorBytes = 512;

struct BlockMedium {
  int fd = -1;
  std::uint64_t size_bytes = 0;               // whole sectors
  std::uint64_t io_alignment = kSectorBytes;  // of offsets and lengths
  std::uint64_t buffer_alignment = kSectorBytes;
};

// What direct I/O asks for by the kernel's word (statx, STATX_DIOALIGN). A buffer gets the
// alignment of a sector at least, though the word is that of the DMA, 512 bytes on most devices: a
// driver that keeps sectors whole (BTT) fails a request whose sector is in two pieces of memory, as
// it does where the buffer crosses a page within it.
void adopt_direct_io(std::uint32_t offset_alignment, std::uint32_t memory_alignment,
                     BlockMedium* medium) noexcept;

// 0 and an open descriptor, which the caller closes; or a negative errno and one sentence. Never
// creates, never truncates.
int open_block_medium(const dax_media_info& media, const BlockOptions& options, BlockMedium* medium,
                      char* reason, std::uint64_t reason_bytes) noexcept;

}  // namespace pmembench
