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

// 0 and an open descriptor, which the caller closes; or a negative errno and one sentence. Never
// creates, never truncates.
int open_block_medium(const dax_media_info& media, const BlockOptions& options, BlockMedium* medium,
                      char* reason, std::uint64_t reason_bytes) noexcept;

}  // namespace pmembench
