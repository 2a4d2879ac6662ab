// One thread's way into the kernel's block path: batches of ranges, read and written at offsets of
// a file descriptor that was opened with O_DIRECT.
#pragma once

#include <cstdint>
#include <memory>

#include "backends/block_options.h"
#include "backends/dax_operations.h"

namespace pmembench {

// Longer ranges are split: the unit of the engines' own buffers. No smaller than what the kernel
// splits requests into on common devices.
constexpr std::uint64_t kIoPieceBytes = 128 * 1024;

struct IoTarget {
  int fd = -1;
  unsigned queue_depth = 1;
  std::uint64_t buffer_alignment = 512;  // of memory that O_DIRECT takes as it is
};

// Both calls do the whole batch and return its bytes; a failed range ends it: then the bytes of the
// ranges before it, or the negative errno if it was the first, and `iter` points to that range.
// Short transfers are continued, interrupted ones repeated; the end of the medium is -EIO.
class IoEngine {
 public:
  IoEngine() = default;
  IoEngine(const IoEngine&) = delete;
  IoEngine& operator=(const IoEngine&) = delete;
  virtual ~IoEngine() = default;
  virtual std::int64_t read(dax_iter* iter) noexcept = 0;
  virtual std::int64_t write(dax_iter* iter) noexcept = 0;
};

// Null and a negative errno in *error where it cannot be set up.
std::unique_ptr<IoEngine> make_pread_engine(const IoTarget& target, int* error) noexcept;
// -ENOSYS in *error where pmembench was built without liburing.
std::unique_ptr<IoEngine> make_io_uring_engine(const IoTarget& target, int* error) noexcept;

// Page-aligned memory that goes with its owner; not touched until used.
class IoMemory {
 public:
  IoMemory() = default;
  IoMemory(const IoMemory&) = delete;
  IoMemory& operator=(const IoMemory&) = delete;
  ~IoMemory();
  int reserve(std::uint64_t bytes) noexcept;  // once; 0 or a negative errno
  [[nodiscard]] unsigned char* data() const noexcept { return data_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  unsigned char* data_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace pmembench
