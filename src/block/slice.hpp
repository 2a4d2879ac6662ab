// DaxSlice: the bytes of a dax device that a block device occupies.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

struct SliceOptions {
  std::uint64_t offset_bytes = 0;  // of the first sector; a multiple of the sector
  std::uint64_t size_bytes = 0;    // 0: to the end of the device. A part of a sector is left out
  std::uint32_t sector_bytes = 4096;
};

struct DaxSlice {
  DaxDevice* device = nullptr;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;  // whole sectors, at least one
  std::uint32_t sector_bytes = 0;
  bool needs_flush = false;  // copies of the device's operations may stay in caches
};

// `kind` names the block device in the sentence. Refuses (usage, code EINVAL): a sector that is
// neither 512 nor 4096 or that the backend cannot write, an offset that is not whole sectors, bytes
// beyond the end, less than one sector, a device without operations.
Result<DaxSlice> make_slice(std::string_view kind, DaxDevice& device, const SliceOptions& options);

}  // namespace pmembench
