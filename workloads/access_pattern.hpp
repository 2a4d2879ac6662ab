// Access patterns: the order in which a thread visits the slots of its range, as a dax_iter.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dax/dax_device.hpp"

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

// Zipf ranks scrambled over the slots, so that hot slots are not neighbours (peers' error 12).
// Draws are made before the timed region: fill() makes a table of them, one for each operation of
// the interval, and the iterator walks it once: a table that is walked again bounds what is
// touched. Its 4 bytes an operation are read in order, which the hardware prefetches.
class ZipfTable {
 public:
  // `alpha` > 0, not 1 exactly; `slots` >= 1. Cost: O(1) a draw by rejection-inversion
  // (W. Hoermann, G. Derflinger, "Rejection-inversion to generate variates from monotone discrete
  // distributions", ACM TOMACS 6(3), 1996).
  // `seed` scrambles the ranks, `draw_seed` draws: threads that share a range have the same hot
  // slots and different draws.
  ZipfTable(std::uint64_t slots, double alpha, std::uint64_t seed, std::uint64_t draw_seed);
  static constexpr std::uint64_t kEntries = 16384;           // until fill() says otherwise
  static constexpr std::uint64_t kMostEntries = 1ULL << 24;  // 64 MiB; more are walked again
  // `entries` entries, at most kMostEntries; the same `interval` gives the same ones.
  void fill(std::uint64_t interval, std::uint64_t entries = kEntries);
  [[nodiscard]] const std::vector<std::uint32_t>& entries() const { return entries_; }
  // The slot of rank 0, 1, ...: a bijection of [0, slots).
  [[nodiscard]] std::uint64_t slot_of_rank(std::uint64_t rank) const;

 private:
  [[nodiscard]] double h(double x) const;
  [[nodiscard]] double h_inverse(double x) const;
  std::uint64_t slots_;
  double alpha_;
  std::uint64_t seed_, draw_seed_;
  double h_low_, h_high_, cut_;
  std::vector<std::uint32_t> entries_;
};

// An iterator that walks `table` over the region's slots, until the next fill().
[[nodiscard]] dax_iter table_iter(Region region, std::uint64_t size_bytes, const ZipfTable& table);

}  // namespace pmembench
