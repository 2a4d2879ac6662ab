// What the small file system keeps on a device: structures of fixed size, each with a checksum.
//
//   block 0, 1   the superblock and its copy
//   journal      lanes of one block each: a transaction that waits to be put in place
//   inodes       256 bytes each: a header of one line and the first twelve extents
//   blocks       metadata: directory blocks, blocks of more extents
//   data         file data; on a device of its own where metadata go by another
//
// Which blocks are free is not kept: it follows from the extents, and mount finds it out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "base/checksum.hpp"

namespace pmembench::fs {

inline constexpr std::uint64_t kBlockBytes = 4096;
inline constexpr std::uint32_t kHugeBlocks = 512;  // blocks of a 2 MiB page
inline constexpr std::uint64_t kMagic = 0x3153462D424D5000;
inline constexpr std::uint32_t kVersion = 2;
inline constexpr std::uint64_t kJournalBlock = 2;  // behind the superblocks
inline constexpr std::uint32_t kRootInode = 1;
inline constexpr std::uint64_t kInodeBytes = 256;
inline constexpr std::uint64_t kLineBytes = 64;
inline constexpr std::uint32_t kInlineExtents = 12;
inline constexpr std::uint32_t kExtentsPerBlock = 252;
inline constexpr std::uint32_t kSlotsPerBlock = 64;  // of a directory block, one line each
inline constexpr std::size_t kMaximumName = 255;
inline constexpr std::uint64_t kMaximumFileBytes = std::uint64_t{1} << 43;  // 2^31 blocks

enum class Role : std::uint32_t { whole = 0, metadata = 1, data = 2 };
enum class InodeType : std::uint16_t { free = 0, file = 1, directory = 2 };

// A run of a file's blocks; in slot order, not in file order. count 0: an unused slot.
struct ExtentSlot {
  std::uint32_t logical = 0;
  std::uint32_t count = 0;
  std::uint32_t physical = 0;
  std::uint32_t check = 0;  // with the inode's number and generation and the slot's index
};

struct Superblock {
  static constexpr std::uint64_t kSeed = kMagic;
  std::uint64_t magic = kMagic;
  std::uint32_t version = kVersion;
  Role role = Role::whole;
  std::uint64_t id = 0;            // the same on both devices of a pair
  std::uint64_t device_bytes = 0;  // of the device that holds this superblock
  std::uint32_t lanes = 0;
  std::uint32_t inodes = 0;       // number 0 is never used
  std::uint32_t inode_block = 0;  // all in blocks of the metadata device
  std::uint32_t meta_block = 0;
  std::uint32_t meta_blocks = 0;
  std::uint32_t data_block = 0;  // in blocks of the data device
  std::uint32_t data_blocks = 0;
  std::uint32_t check = 0;

  [[nodiscard]] std::uint64_t metadata_bytes() const {
    return (std::uint64_t{meta_block} + meta_blocks) * kBlockBytes;
  }
  [[nodiscard]] std::uint64_t lane_offset(std::uint32_t lane) const {
    return (kJournalBlock + lane) * kBlockBytes;
  }
  [[nodiscard]] std::uint64_t inode_offset(std::uint32_t number) const {
    return inode_block * kBlockBytes + number * kInodeBytes;
  }
  [[nodiscard]] std::uint64_t meta_offset(std::uint32_t block) const {
    return (std::uint64_t{meta_block} + block) * kBlockBytes;
  }
  // Of an extent slot: in the inode, or behind those in the blocks of its chain.
  [[nodiscard]] std::uint64_t slot_offset(std::uint32_t number,
                                          std::span<const std::uint32_t> chain,
                                          std::uint32_t slot) const {
    if (slot < kInlineExtents) return inode_offset(number) + kLineBytes + slot * sizeof(ExtentSlot);
    slot -= kInlineExtents;
    return meta_offset(chain[slot / kExtentsPerBlock]) + kLineBytes +
           slot % kExtentsPerBlock * sizeof(ExtentSlot);
  }
  [[nodiscard]] std::uint64_t data_offset(std::uint64_t block) const {
    return (data_block + block) * kBlockBytes;
  }
};

// One line. A free inode is all zeroes.
struct InodeHeader {
  static constexpr std::uint64_t kSeed = 1;
  std::uint32_t check = 0;
  InodeType type = InodeType::free;
  std::uint16_t links = 0;  // 0: unlinked while open; mount frees it
  std::uint64_t size_bytes = 0;
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  std::uint32_t slots = 0;   // extent slots in use, holes among them; those behind mean nothing
  std::uint32_t chain = 0;   // metadata block with the extents behind the inline ones, plus 1
  std::uint32_t parent = 0;  // of a directory
  std::array<std::uint32_t, 7> reserved{};
};
static_assert(sizeof(InodeHeader) == kLineBytes);

// Begins a metadata block of extents.
struct ChainHeader {
  static constexpr std::uint64_t kSeed = 2;
  std::uint32_t check = 0;
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  std::uint32_t index = 0;
  std::uint32_t next = 0;  // plus 1; 0: the last
  std::array<std::uint32_t, 11> reserved{};
};
static_assert(sizeof(ChainHeader) == kLineBytes);

// Begins a directory entry, of whole lines in a row within a block; the name follows.
struct EntryHeader {
  std::uint32_t check = 0;  // of the rest of the lines, with the directory's number
  std::uint32_t inode = 0;  // 0: a free line
  std::uint32_t generation = 0;
  std::uint32_t name_bytes = 0;
};
inline constexpr std::size_t kMaximumEntryBytes = 5 * kLineBytes;  // of the longest name
static_assert(sizeof(EntryHeader) == 16);

[[nodiscard]] inline std::uint32_t short_checksum(std::span<const std::byte> bytes,
                                                  std::uint64_t seed) {
  return static_cast<std::uint32_t>(checksum(bytes, seed) >> 32);
}
// What `check` of a structure is to be: a checksum of all of it but that. Seeds keep one kind, and
// one inode's slot, from being taken for another.
template <typename T>
[[nodiscard]] std::uint32_t check_of(T structure, std::uint64_t seed = T::kSeed) {
  structure.check = 0;
  return short_checksum(bytes_of(structure), seed);
}
[[nodiscard]] inline std::uint64_t slot_seed(std::uint32_t number, std::uint32_t generation,
                                             std::uint32_t slot) {
  return (std::uint64_t{number} << 32 | generation) + slot * std::uint64_t{31};
}

}  // namespace pmembench::fs
