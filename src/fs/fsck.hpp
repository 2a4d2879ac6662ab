// fsck: is every invariant of a file system kept? Mount asks the same before it trusts anything.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "fs/file_system.hpp"
#include "fs/layout.hpp"

namespace pmembench {

// What is wrong, one sentence each, at most a hundred; empty: clean. Changes nothing, and takes a
// committed transaction as if it had been put in place. Not while mounted. Errors: as those of
// mount, where there is too little to look at.
Result<std::vector<std::string>> check_file_system(const MountSource& source);

namespace fs {

// The metadata of a file system, from its device's first byte, the journal replayed into them.
// Checks: checksums; free inodes and free lines are zero; extents within the device, not twice
// allocated, not overlapping, not behind the end; directories reach every inode just once, from the
// root, under unique names.
std::vector<std::string> check_metadata(const Superblock& superblock,
                                        std::span<const std::byte> image);

struct Metadata {
  Superblock superblock;
  std::vector<std::byte> image;
  bool second_copy = false;  // the first superblock is damaged
};
// Reads them and replays the journal, on the device too where `repair`; looks whether dax and block
// belong together.
Result<Metadata> read_metadata(const MountSource& source, Store& meta, Store* data, bool repair);

}  // namespace fs
}  // namespace pmembench
