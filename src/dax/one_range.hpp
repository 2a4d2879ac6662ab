// The smallest batch: one range.
#pragma once

#include <cstdint>

#include "backends/dax_operations.h"

namespace pmembench {

// An iterator's buffer serves both directions; a write does not touch it.
[[nodiscard]] inline dax_iter one_range(std::uint64_t offset_bytes, const void* buffer,
                                        std::uint64_t size_bytes) {
  // Field by field: gcc 12 makes of `{}` a `rep stos`, which costs more than a flush.
  dax_iter iter;
  iter.state = 0;
  iter.multiplier = 1;
  iter.increment = 0;
  iter.slots = 1;
  iter.table = nullptr;
  iter.flags = 0;
  iter.reserved = 0;
  iter.offset_bytes = offset_bytes;
  iter.granule_bytes = size_bytes;
  iter.size_bytes = size_bytes;
  iter.count = 1;
  iter.buffer = static_cast<unsigned char*>(const_cast<void*>(buffer));
  return iter;
}

}  // namespace pmembench
