// StampedBuffer: the near end of a copy, with contents by which its writes can be recognised.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/result.hpp"

namespace pmembench {

// Page-aligned memory of the thread. Every 8-byte word depends on the seed, the generation and its
// place, so that a missing, torn or misplaced copy is seen. stamp() of buffers above 64 KiB renews
// the first and last word of every 4 KiB only.
class StampedBuffer {
 public:
  static Result<StampedBuffer> make(std::uint64_t size_bytes, std::uint64_t seed);
  void stamp(std::uint64_t generation);
  [[nodiscard]] unsigned char* data() { return bytes_.get(); }
  [[nodiscard]] std::span<const unsigned char> bytes() const { return {bytes_.get(), size_bytes_}; }

 private:
  struct Free {
    void operator()(unsigned char* bytes) const;
  };
  StampedBuffer(std::unique_ptr<unsigned char, Free> bytes, std::uint64_t size_bytes,
                std::uint64_t seed)
      : bytes_(std::move(bytes)), size_bytes_(size_bytes), seed_(seed) {}
  std::unique_ptr<unsigned char, Free> bytes_;
  std::uint64_t size_bytes_;
  std::uint64_t seed_;
  bool filled_ = false;
};

// First differing byte of two spans of equal length as an error that names the device offset, what
// was expected and what was found; success where they agree.
Status compare_bytes(std::span<const unsigned char> expected, std::span<const unsigned char> found,
                     std::uint64_t offset_bytes);

}  // namespace pmembench
