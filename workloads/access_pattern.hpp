// Access patterns: the order in which a thread visits the slots of its range, as a dax_iter.
#pragma once

#include <cstdint>

#include "dax/dax_device.hpp"
#include "workloads/draws.hpp"

namespace pmembench {

// The bytes that one thread may touch: offset_bytes from the device's start.
struct Region {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};

// Thread `index` of `count` in `range_bytes` of a device: all of it when shared, else its own equal
// part, cut to whole multiples of `granule_bytes` (0 bytes where that is not possible).
[[nodiscard]] Region position_region(std::uint64_t range_bytes, std::uint64_t granule_bytes,
                                     bool shared, unsigned index, unsigned count);

// Orders. In each, an iterator has region / granule slots and size bytes at the start of each slot.
// Sequential: slot 0, 1, 2, ... and round. `start_share` in [0, 1) moves the first slot.
[[nodiscard]] dax_iter sequential_iter(Region region, std::uint64_t size_bytes, double start_share);
// Every `stride_bytes`; once round, the same slots again (a stride is a distance between ranges).
[[nodiscard]] dax_iter strided_iter(Region region, std::uint64_t size_bytes,
                                    std::uint64_t stride_bytes);
// Uniform: an affine generator modulo 2^64 with Knuth's MMIX multiplier, its high bits scaled to
// the number of slots. The same seed gives the same sequence.
[[nodiscard]] dax_iter uniform_iter(Region region, std::uint64_t size_bytes, std::uint64_t seed);

// An iterator that walks `table` over the region's slots, until the next fill().
[[nodiscard]] dax_iter table_iter(Region region, std::uint64_t size_bytes, const DrawTable& table);

}  // namespace pmembench
