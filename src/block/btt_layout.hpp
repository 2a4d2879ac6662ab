// The layout of a BTT arena on the medium: that of the kernel (drivers/nvdimm/btt.h), field for
// field, with one arena.
//
//   info block | data: `internal` blocks | map: 4 bytes a sector | flog: 64 bytes a lane | copy of
//   the info block
//
// All parts begin at multiples of 4096 bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"

namespace pmembench {

inline constexpr std::uint64_t kBttInfoBytes = 4096;
inline constexpr std::uint64_t kBttMostBytes = std::uint64_t{512} << 30;  // of one arena
inline constexpr std::uint32_t kBttMostLanes = 256;
inline constexpr std::uint64_t kBttFlogBytes = 64;  // a lane's line; the two halves fill 32 of it
inline constexpr std::uint16_t kBttMajorVersion = 2;

struct BttGeometry {
  std::uint32_t sector_bytes = 0;
  std::uint32_t external = 0;  // sectors that a user sees
  std::uint32_t internal = 0;  // blocks: external + lanes, so each lane has one free
  std::uint32_t lanes = 0;
  std::uint64_t data_offset = 0;
  std::uint64_t map_offset = 0;
  std::uint64_t flog_offset = 0;
  std::uint64_t copy_offset = 0;
  bool operator==(const BttGeometry&) const = default;

  [[nodiscard]] std::uint64_t block_offset(std::uint32_t block) const {
    return data_offset + std::uint64_t{block} * sector_bytes;
  }
  [[nodiscard]] std::uint64_t entry_offset(std::uint32_t sector) const {
    return map_offset + std::uint64_t{sector} * sizeof(std::uint32_t);
  }
  [[nodiscard]] std::uint64_t half_offset(std::uint32_t lane, unsigned half) const;
};

// The largest arena of `size_bytes` (at most kBttMostBytes). lanes 0: as many as fit well, one for
// 64 sectors and at most 256. Refuses (usage): more than 256 lanes, no room for one sector.
Result<BttGeometry> btt_geometry(std::uint64_t size_bytes, std::uint32_t sector_bytes,
                                 std::uint32_t lanes);

using BttInfoBlock = std::array<std::byte, kBttInfoBytes>;
[[nodiscard]] BttInfoBlock encode_info(const BttGeometry& geometry);

enum class BttInfoState { good, foreign, newer, torn, inconsistent };
// What an info block is, and the geometry where it is good. `size_bytes` is that of the slice.
struct BttInfo {
  BttInfoState state = BttInfoState::foreign;
  BttGeometry geometry;
  std::uint16_t major_version = 0;
};
[[nodiscard]] BttInfo decode_info(std::span<const std::byte> block, std::uint64_t size_bytes);

// One entry of the map: a block, and two flags. Neither flag: never written, the block of the same
// number; Z alone: reads as zeroes; E alone: reading it fails; both: written.
struct BttEntry {
  static constexpr std::uint32_t kZero = std::uint32_t{1} << 31;
  static constexpr std::uint32_t kError = std::uint32_t{1} << 30;
  static constexpr std::uint32_t kBlock = kError - 1;

  [[nodiscard]] static std::uint32_t written(std::uint32_t block) { return block | kZero | kError; }
  [[nodiscard]] static std::uint32_t failed(std::uint32_t block) { return block | kError; }
  [[nodiscard]] static bool is_failed(std::uint32_t raw) { return (raw & ~kBlock) == kError; }
  [[nodiscard]] static bool is_zero(std::uint32_t raw) { return (raw & ~kBlock) == kZero; }
  [[nodiscard]] static std::uint32_t block_of(std::uint32_t raw, std::uint32_t sector) {
    return (raw & ~kBlock) == 0 ? sector : raw & kBlock;
  }
};

// Half of a lane's flog entry: what the lane's last or last but one write did. Stored twice:
// with its first 8 bytes new, and then with its last 8, which hold the sequence number.
struct BttFlogHalf {
  std::uint32_t sector = 0;
  std::uint32_t old_block = 0;
  std::uint32_t new_block = 0;
  std::uint32_t sequence = 0;  // 1, 2, 3, 1, ...; 0: never written
};
static_assert(sizeof(BttFlogHalf) == 16);

[[nodiscard]] constexpr std::uint32_t next_sequence(std::uint32_t sequence) {
  return sequence % 3 + 1;
}
// Which half is the newer, 0 or 1; -1 where the two numbers cannot follow one another.
[[nodiscard]] int newest_half(std::uint32_t first_sequence, std::uint32_t second_sequence);

}  // namespace pmembench
