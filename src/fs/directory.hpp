// Directory: the names of one directory, hashed in memory, and which lines of its blocks are free.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fs/layout.hpp"

namespace pmembench::fs {

// The position of an entry: the directory's block (of the file, not of the device) and its line.
struct EntryPlace {
  std::uint32_t block = 0;
  std::uint16_t line = 0;
  std::uint16_t lines = 0;
  [[nodiscard]] std::uint64_t mask() const {
    return ((std::uint64_t{1} << lines) - 1) << line;  // a bit a line of the block
  }
};

struct DirectoryEntry {
  std::uint32_t inode = 0;
  std::uint32_t generation = 0;
  EntryPlace place;
};

// Not thread-safe: it is protected by its inode's lock.
class Directory {
 public:
  [[nodiscard]] const DirectoryEntry* find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] std::uint32_t blocks() const { return static_cast<std::uint32_t>(free_.size()); }
  // A place for a name of this length; `lines` 0: none, so the directory needs another block.
  [[nodiscard]] EntryPlace place_for(std::size_t name_bytes);
  void add_blocks(std::uint32_t count) { free_.resize(free_.size() + count, ~std::uint64_t{0}); }
  void add(std::string_view name, const DirectoryEntry& entry);
  void remove(std::string_view name);
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  std::unordered_map<std::string, DirectoryEntry, Hash, std::equal_to<>> names_;
  std::vector<std::uint64_t> free_;  // a bit a line of each block
  std::uint32_t hint_ = 0;           // no block before it has a free line
};

[[nodiscard]] std::uint16_t lines_for(std::size_t name_bytes);
// The lines of an entry, as on the device. `to` is as long as it needs.
void encode_entry(std::span<std::byte> to, std::string_view name, std::uint32_t inode,
                  std::uint32_t generation, std::uint32_t directory);

// What stands in a line of a directory's block: an entry, a free line (inode 0), or a problem.
struct ReadEntry {
  std::string_view name;  // into the block
  DirectoryEntry entry;   // its place says how many lines it has
  const char* problem = nullptr;
};
[[nodiscard]] ReadEntry read_entry(std::span<const std::byte> block, EntryPlace line,
                                   std::uint32_t directory);

}  // namespace pmembench::fs
