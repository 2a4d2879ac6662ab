// What every backend does with a dax_iter in addition to the copying: look at its alignment, pass
// over it.
#pragma once

#include <cstdint>

#include "backends/dax_operations.h"

namespace pmembench {

// True where every range of the batch begins and ends at a multiple of `bytes` (a power of two).
[[nodiscard]] inline bool ranges_are_aligned(const dax_iter& iter, std::uint64_t bytes) noexcept {
  return ((iter.offset_bytes | iter.granule_bytes | iter.size_bytes) & (bytes - 1)) == 0;
}

// The same for ranges of memory that begins at `base`: no range shares a cache line with another.
[[nodiscard]] inline bool ranges_are_lines(const void* base, const dax_iter& iter) noexcept {
  return reinterpret_cast<std::uintptr_t>(base) % DAX_LINE_BYTES == 0 &&
         ranges_are_aligned(iter, DAX_LINE_BYTES);
}

// The generator's state `steps` ranges further on: the affine map composed with itself by squaring,
// so that an operation with nothing to do costs nothing for each range.
[[nodiscard]] constexpr std::uint64_t state_after(const dax_iter& iter,
                                                  std::uint64_t steps) noexcept {
  std::uint64_t state = iter.state;
  std::uint64_t multiplier = iter.multiplier;
  std::uint64_t increment = iter.increment;
  for (; steps != 0; steps >>= 1) {
    if ((steps & 1) != 0) state = state * multiplier + increment;
    increment += multiplier * increment;
    multiplier *= multiplier;
  }
  return state;
}

// Passes over `ranges` of them without touching a byte.
inline void skip_ranges(dax_iter* iter, std::uint64_t ranges) noexcept {
  iter->state = state_after(*iter, ranges);
  iter->count -= ranges;
}

}  // namespace pmembench
