#include "block/btt_layout.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/bytes.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kSignature{"BTT_ARENA_INFO\0\0", 16};

// struct btt_sb of the kernel, little endian, 4096 bytes. The UUIDs stay 0: one arena on one
// device, which nothing else refers to.
struct InfoFields {
  char signature[16];
  unsigned char uuid[16];
  unsigned char parent_uuid[16];
  std::uint32_t flags;
  std::uint16_t version_major;
  std::uint16_t version_minor;
  std::uint32_t external_lbasize;
  std::uint32_t external_nlba;
  std::uint32_t internal_lbasize;
  std::uint32_t internal_nlba;
  std::uint32_t nfree;
  std::uint32_t infosize;
  std::uint64_t nextoff;
  std::uint64_t dataoff;
  std::uint64_t mapoff;
  std::uint64_t logoff;
  std::uint64_t info2off;
  unsigned char padding[3968];
  std::uint64_t checksum;
};
static_assert(sizeof(InfoFields) == kBttInfoBytes);

std::uint64_t whole_pages(std::uint64_t bytes) {
  return (bytes + kBttInfoBytes - 1) / kBttInfoBytes * kBttInfoBytes;
}

// nd_fletcher64, with the checksum itself taken as 0.
std::uint64_t checksum_of(InfoFields fields) {
  fields.checksum = 0;
  std::array<std::uint32_t, sizeof(InfoFields) / sizeof(std::uint32_t)> words{};
  std::memcpy(words.data(), &fields, sizeof fields);
  std::uint32_t low = 0;
  std::uint64_t high = 0;
  for (const std::uint32_t word : words) {
    low += word;
    high += low;
  }
  return high << 32 | low;
}

BttGeometry placed(std::uint32_t sector_bytes, std::uint32_t internal, std::uint32_t lanes) {
  BttGeometry geometry;
  geometry.sector_bytes = sector_bytes;
  geometry.internal = internal;
  geometry.external = internal - lanes;
  geometry.lanes = lanes;
  geometry.data_offset = kBttInfoBytes;
  geometry.map_offset = geometry.data_offset + whole_pages(std::uint64_t{internal} * sector_bytes);
  geometry.flog_offset =
      geometry.map_offset + whole_pages(std::uint64_t{geometry.external} * sizeof(std::uint32_t));
  geometry.copy_offset = geometry.flog_offset + whole_pages(lanes * kBttFlogBytes);
  return geometry;
}

}  // namespace

std::uint64_t BttGeometry::half_offset(std::uint32_t lane, unsigned half) const {
  return flog_offset + lane * kBttFlogBytes + half * sizeof(BttFlogHalf);
}

Result<BttGeometry> btt_geometry(std::uint64_t size_bytes, std::uint32_t sector_bytes,
                                 std::uint32_t lanes) {
  if (lanes > kBttMostLanes) {
    return usage_error("a btt cannot have {} lanes; give at most {}", lanes, kBttMostLanes);
  }
  const std::uint64_t size = std::min(size_bytes, kBttMostBytes);
  // Map entries have 30 bits for the block.
  const std::uint64_t most = std::min<std::uint64_t>(size / sector_bytes, BttEntry::kBlock);
  if (lanes == 0) {
    lanes = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(most / 64, 1, kBttMostLanes));
  }
  const auto end_of = [&](std::uint64_t internal) {
    const BttGeometry geometry = placed(sector_bytes, static_cast<std::uint32_t>(internal), lanes);
    return geometry.copy_offset + kBttInfoBytes;
  };
  // The end grows with the blocks, so the most that fit are found by halving.
  std::uint64_t fits = lanes;
  std::uint64_t too_many = most + 1;
  while (too_many > fits + 1) {
    const std::uint64_t middle = fits + (too_many - fits) / 2;
    (end_of(middle) <= size ? fits : too_many) = middle;
  }
  if (fits == lanes) {
    return usage_error(
        "a btt with {} lane{} and sectors of {} bytes does not fit into {} bytes; make it larger",
        lanes, lanes == 1 ? "" : "s", sector_bytes, size_bytes);
  }
  return placed(sector_bytes, static_cast<std::uint32_t>(fits), lanes);
}

BttInfoBlock encode_info(const BttGeometry& geometry) {
  InfoFields fields{};
  std::memcpy(fields.signature, kSignature.data(), sizeof fields.signature);
  fields.version_major = kBttMajorVersion;
  fields.external_lbasize = fields.internal_lbasize = geometry.sector_bytes;
  fields.external_nlba = geometry.external;
  fields.internal_nlba = geometry.internal;
  fields.nfree = geometry.lanes;
  fields.infosize = kBttInfoBytes;
  fields.dataoff = geometry.data_offset;
  fields.mapoff = geometry.map_offset;
  fields.logoff = geometry.flog_offset;
  fields.info2off = geometry.copy_offset;
  fields.checksum = checksum_of(fields);
  BttInfoBlock block;
  std::memcpy(block.data(), &fields, sizeof fields);
  return block;
}

BttInfo decode_info(std::span<const std::byte> block, std::uint64_t size_bytes) {
  const auto fields = load<InfoFields>(block, 0);
  BttInfo info;
  if (std::string_view(fields.signature, sizeof fields.signature) != kSignature) return info;
  info.major_version = fields.version_major;
  info.state = BttInfoState::torn;
  if (fields.checksum != checksum_of(fields)) return info;
  info.state = BttInfoState::newer;
  if (fields.version_major > kBttMajorVersion) return info;
  info.state = BttInfoState::inconsistent;
  const bool sector_is_known = fields.external_lbasize == 512 || fields.external_lbasize == 4096;
  if (!sector_is_known || fields.nfree == 0 || fields.nfree > kBttMostLanes ||
      fields.internal_nlba <= fields.nfree || fields.internal_nlba > BttEntry::kBlock) {
    return info;
  }
  info.geometry = placed(fields.external_lbasize, fields.internal_nlba, fields.nfree);
  // Everything else follows from these; a block with other values was not written by this code.
  const BttInfoBlock ours = encode_info(info.geometry);
  if (!std::equal(ours.begin(), ours.end(), block.begin())) return info;
  if (info.geometry.copy_offset + kBttInfoBytes > size_bytes) return info;
  info.state = BttInfoState::good;
  return info;
}

int newest_half(std::uint32_t first_sequence, std::uint32_t second_sequence) {
  if (first_sequence > 3 || second_sequence > 3 || first_sequence == second_sequence) return -1;
  if (first_sequence == 0) return 1;
  if (second_sequence == 0) return 0;
  return next_sequence(first_sequence) == second_sequence ? 1 : 0;
}

}  // namespace pmembench
