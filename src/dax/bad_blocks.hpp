// BadBlocks: the list of byte ranges of a device that are known to be unreadable.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace pmembench {

struct BadRange {
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  bool operator==(const BadRange&) const = default;
};

// Ranges are kept at 512-byte granularity (the kernel's badblocks unit), merged, sorted. empty() is
// one load, for the hot path; the rest locks. Any thread. A range that would end beyond the last
// whole unit below 2^64 ends there; one of length 0 is nothing.
class BadBlocks {
 public:
  static constexpr std::uint64_t kUnitBytes = 512;
  static constexpr std::uint64_t kNone = UINT64_MAX;
  [[nodiscard]] bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  // Adds every unit that [offset, offset + length) touches.
  void add(std::uint64_t offset_bytes, std::uint64_t length_bytes);
  // Clears the units that are entirely inside the range.
  void clear(std::uint64_t offset_bytes, std::uint64_t length_bytes);
  // First bad byte in [offset, offset + length), or kNone.
  [[nodiscard]] std::uint64_t first_in(std::uint64_t offset_bytes,
                                       std::uint64_t length_bytes) const;
  [[nodiscard]] std::vector<BadRange> list() const;

 private:
  mutable std::mutex mutex_;
  std::vector<BadRange> ranges_;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace pmembench
