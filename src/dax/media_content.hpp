// media_content: is there anything on a medium that the user could miss, and what?
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "dax/media.hpp"

namespace pmembench {

// How a medium is looked through.
struct ContentLook {
  std::uint64_t longest_ms = 30'000;  // a larger one is not looked through to its end
  InParallel in_parallel = nullptr;   // of memory; null: by the caller alone
};

// The offset of the first byte of [0, size) that is not zero; holes of a file are skipped, not
// read. Nothing: all is zero. Runtime error where a part cannot be read; usage error (ETIMEDOUT),
// with what was found to be zero, where it takes longer than `look` allows. Leaves no page of a
// block device or file in the page cache on its account.
Result<std::optional<std::uint64_t>> first_nonzero(int fd, std::uint64_t size_bytes,
                                                   const ContentLook& look = {});
Result<std::optional<std::uint64_t>> first_nonzero(const unsigned char* bytes,
                                                   std::uint64_t size_bytes,
                                                   const ContentLook& look);
std::optional<std::uint64_t> first_nonzero(const unsigned char* bytes, std::uint64_t size_bytes);

// What libblkid recognises there: "an ext4 file system", "a gpt partition table", ...; empty:
// nothing.
std::string recognised_content(int fd);

// Success if every byte is zero, else a usage error that states what is on `path`, at which offset,
// and what to do.
Status require_no_content(const std::string& path, int fd, std::uint64_t size_bytes,
                          const ContentLook& look = {});
Status require_no_content(const std::string& path, const unsigned char* bytes,
                          std::uint64_t size_bytes, const ContentLook& look = {});

}  // namespace pmembench
