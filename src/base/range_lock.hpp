// RangeLock: readers-writer locks over the byte ranges of one file. Ranges that share no 64 KiB
// segment never wait for one another, except that segments 4 MiB apart share a lock.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include "base/readers_writer_lock.hpp"

namespace pmembench {

class RangeLock {
 public:
  static constexpr std::uint64_t kSegmentBytes = 64 * 1024;
  static constexpr unsigned kLocks = 64;

  // Holds the range until it goes; of no lock: nothing. Never take a second one of the same file.
  class Guard {
   public:
    Guard(RangeLock* lock, std::uint64_t offset_bytes, std::uint64_t size_bytes, bool exclusive)
        : lock_(lock),
          mask_(lock == nullptr ? 0 : mask_of(offset_bytes, size_bytes)),
          exclusive_(exclusive) {
      each([this](ReadersWriterLock& one) { exclusive_ ? one.lock() : one.lock_shared(); });
    }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard() {
      each([this](ReadersWriterLock& one) { exclusive_ ? one.unlock() : one.unlock_shared(); });
    }

   private:
    // In ascending order, which avoids deadlock.
    template <typename Action>
    void each(Action action) {
      for (std::uint64_t left = mask_; left != 0; left &= left - 1) {
        action(lock_->locks_[static_cast<unsigned>(std::countr_zero(left))].lock);
      }
    }
    RangeLock* lock_;
    std::uint64_t mask_;
    bool exclusive_;
  };

 private:
  struct alignas(64) Padded {
    ReadersWriterLock lock;
  };
  // A bit a lock that the range needs.
  static std::uint64_t mask_of(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
    const std::uint64_t first = offset_bytes / kSegmentBytes;
    const std::uint64_t last =
        (offset_bytes + std::max<std::uint64_t>(size_bytes, 1) - 1) / kSegmentBytes;
    const std::uint64_t count = last - first + 1;
    if (count >= kLocks) return ~std::uint64_t{0};
    return std::rotl((std::uint64_t{1} << count) - 1, static_cast<int>(first % kLocks));
  }
  std::array<Padded, kLocks> locks_;
};

}  // namespace pmembench
