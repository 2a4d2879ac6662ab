// FileContent: what files contain, so that a byte that is stale, missing or misplaced is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace pmembench {

// A source of bytes for one thread. The content of a file is named by a key, which changes with
// each file and each time the file is rewritten: byte x of content `key` is byte
// (key * 64 + x) mod period of one random pattern. No byte is computed when a file is written.
class FileContent {
 public:
  // Both powers of two, at most 64 MiB; `longest_bytes` is the most that at() gives at once. The
  // same seed gives the same pattern. Environment error where there is no memory.
  static Result<FileContent> make(std::uint64_t seed, std::uint64_t period_bytes,
                                  std::uint64_t longest_bytes);
  [[nodiscard]] std::span<const std::byte> at(std::uint64_t key, std::uint64_t offset_bytes,
                                              std::uint64_t size_bytes) const {
    return {pattern_.get() + (((key << 6) + offset_bytes) & mask_), size_bytes};
  }
  [[nodiscard]] std::uint64_t longest_bytes() const { return longest_bytes_; }
  // Is `found`, of any length, the bytes at `offset_bytes` of content `key`? An error names the
  // file, the offset of the first wrong byte, what was expected and what was found.
  Status check(std::string_view file, std::uint64_t key, std::uint64_t offset_bytes,
               std::span<const std::byte> found) const;

 private:
  FileContent(std::unique_ptr<std::byte[]> pattern, std::uint64_t period_bytes,
              std::uint64_t longest_bytes)
      : pattern_(std::move(pattern)), mask_(period_bytes - 1), longest_bytes_(longest_bytes) {}
  std::unique_ptr<std::byte[]> pattern_;
  std::uint64_t mask_;
  std::uint64_t longest_bytes_;
};

}  // namespace pmembench
