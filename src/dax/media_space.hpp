// media_space: makes sure that a file has its blocks now, not when it is measured.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace pmembench {

// Gives the new file behind `fd` its size and reserves its blocks, so that a full disk is an error
// now and not SIGBUS later. Its content is zero.
Status reserve_space(int fd, std::uint64_t size_bytes);

// Gives the new file behind `fd` its size and writes zeroes over every byte, to the disk: no byte
// is a hole or an unwritten extent, which would be read without any I/O.
Status write_whole_file(int fd, std::uint64_t size_bytes);

// Writes zeroes where [0, size) of the file has holes or unwritten extents, to the disk. What can
// be read from it stays the same.
Status fill_holes(int fd, std::uint64_t size_bytes);

}  // namespace pmembench
