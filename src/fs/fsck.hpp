// fsck: is every invariant of a file system kept? Mount asks the same before it trusts anything,
// and goes on with what fsck found.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "block/byte_store.hpp"
#include "fs/allocator.hpp"
#include "fs/extent_map.hpp"
#include "fs/file_system.hpp"
#include "fs/layout.hpp"

namespace pmembench {

// What is wrong, one sentence each, at most a hundred; empty: clean. Changes nothing, and takes a
// committed transaction as if it had been put in place. Not while mounted. Errors: as those of
// mount, where there is too little to look at.
Result<std::vector<std::string>> check_file_system(const MountSource& source);

namespace fs {

struct Stores {
  std::unique_ptr<ByteStore> meta;
  std::unique_ptr<ByteStore> data;  // null: the same
};
Result<Stores> make_stores(const MountSource& source);

// All metadata, from their device's first byte, the journal replayed into them.
struct Metadata {
  Superblock superblock;
  std::vector<std::byte> image;
  bool second_copy = false;  // the first superblock is damaged
};
// Replays on the device too where `repair`; looks whether dax and block belong together.
Result<Metadata> read_metadata(const MountSource& source, Stores& stores, bool repair);

// What the metadata describe, as far as it is not damaged.
struct Contents {
  struct File {
    InodeHeader header;  // type free: none
    ExtentMap extents;
    std::vector<std::uint32_t> chain;
  };
  Contents(const Superblock& superblock, std::uint32_t groups);
  std::vector<File> inodes;  // by number
  Allocator numbers;
  Allocator meta, data;  // blocks
};
// Checks: checksums; free inodes and free lines are zero; extents within the device, not twice
// allocated, not overlapping, not behind the end; directories reach every inode just once, from the
// root, under unique names.
std::vector<std::string> check_metadata(const Metadata& metadata, Contents& contents);

}  // namespace fs
}  // namespace pmembench
