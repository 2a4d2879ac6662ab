// DaxWindow: one thread's way to the bytes of a slice, one range a call. For the translations'
// structures.
#pragma once

#include <cstdint>

#include "block/slice.hpp"

namespace pmembench {

// Offsets count from the slice's first byte, and ranges are within it. Returns 0, or a negative
// errno: -ENXIO the device is dead, -EIO a bad block. Must not outlive the device; used by one
// thread at a time.
class DaxWindow {
 public:
  explicit DaxWindow(const DaxSlice& slice) : slice_(slice), reader_(slice.device->make_reader()) {}

  int load(std::uint64_t offset_bytes, void* data, std::uint64_t size_bytes);
  // Stored, and on its way to memory; durable after drain().
  int store(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes);
  // store and drain.
  int persist(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes);
  int drain();
  // As store or persist, and repairs bad blocks if the range is whole pages of the device.
  int store_over(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes);
  int persist_over(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes);

 private:
  [[nodiscard]] dax_iter range(std::uint64_t offset_bytes, const void* data,
                               std::uint64_t size_bytes) const;
  [[nodiscard]] int outcome(std::int64_t done, const dax_iter& iter) const;
  int write_back(std::uint64_t offset_bytes, std::uint64_t size_bytes);
  int recover(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes);

  DaxSlice slice_;
  DaxReader reader_;
};

}  // namespace pmembench
