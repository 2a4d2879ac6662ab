// media_content: is there anything on a medium that the user could miss, and what?
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// The offset of the first byte of [0, size) that is not zero; holes of a file are skipped, not
// read. Nothing: all is zero. Runtime error where a part cannot be read. Leaves no page of a block
// device or file in the page cache on its account.
Result<std::optional<std::uint64_t>> first_nonzero(int fd, std::uint64_t size_bytes);
std::optional<std::uint64_t> first_nonzero(const unsigned char* bytes, std::uint64_t size_bytes);

// What libblkid recognises there: "an ext4 file system", "a gpt partition table", ...; empty:
// nothing.
std::string recognised_content(int fd);

// Success if every byte is zero, else a usage error that states what is on `path`, at which offset,
// and what to do.
Status require_no_content(const std::string& path, int fd, std::uint64_t size_bytes);
Status require_no_content(const std::string& path, const unsigned char* bytes,
                          std::uint64_t size_bytes);

}  // namespace pmembench
