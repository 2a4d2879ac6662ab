#include "fs/layout.hpp"

#include <algorithm>
#include <cstddef>

namespace pmembench::fs {
namespace {

constexpr std::uint64_t kMinimumBlocks = 48;
// From here on data begin where a large page can.
constexpr std::uint64_t kBlocksToAlign = 16 * kHugeBlocks;

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

bool fits(const Superblock& sb, std::uint64_t device_bytes) {
  if (sb.role == Role::data) return sb.data_offset(sb.data_blocks) <= device_bytes;
  const std::uint64_t table_bytes = sb.inodes * kInodeBytes;
  return sb.device_bytes <= device_bytes && sb.lanes > 0 && sb.inodes > kRootInode &&
         sb.journal_block >= 2 && std::uint64_t{sb.journal_block} + sb.lanes <= sb.inode_block &&
         sb.inode_block * kBlockBytes + table_bytes <= sb.meta_block * kBlockBytes &&
         sb.metadata_bytes() <= device_bytes &&
         (sb.role == Role::metadata || (sb.data_offset(0) >= sb.metadata_bytes() &&
                                        sb.data_offset(sb.data_blocks) <= device_bytes));
}

}  // namespace

std::uint64_t check_of(const Superblock& superblock) {
  return checksum(bytes_of(superblock).first(offsetof(Superblock, check)), kMagic);
}
std::uint32_t check_of(const InodeHeader& header) {
  return short_checksum(bytes_of(header).subspan(sizeof(header.check)), 1);
}
std::uint32_t check_of(const ChainHeader& header) {
  return short_checksum(bytes_of(header).subspan(sizeof(header.check)), 2);
}
std::uint32_t check_of(const ExtentSlot& extent, std::uint32_t number, std::uint32_t generation,
                       std::uint32_t slot) {
  const std::uint64_t seed = (std::uint64_t{number} << 32 | generation) + slot * std::uint64_t{31};
  return short_checksum(bytes_of(extent).first(offsetof(ExtentSlot, check)), seed);
}

Result<Superblock> plan_layout(std::uint64_t device_bytes, std::uint64_t data_bytes,
                               std::uint32_t inodes, std::uint32_t lanes) {
  const std::uint64_t blocks = device_bytes / kBlockBytes;
  const bool pair = data_bytes != 0;
  const std::uint64_t data_total = pair ? data_bytes / kBlockBytes : blocks;
  if (blocks < kMinimumBlocks || data_total < kMinimumBlocks) {
    return usage_error("a file system needs {} KiB or more; name a larger medium",
                       kMinimumBlocks * kBlockBytes / 1024);
  }
  if ((blocks | data_total) >> 31 != 0) {
    return usage_error("a file system ends at 8 TiB; name a smaller medium");
  }
  Superblock sb;
  sb.role = pair ? Role::metadata : Role::whole;
  sb.device_bytes = blocks * kBlockBytes;
  sb.lanes = lanes != 0 ? lanes : narrow(std::clamp<std::uint64_t>(blocks / 256, 2, 64));
  const std::uint64_t inodes_there = blocks / (pair ? 2 : 8) * (kBlockBytes / kInodeBytes);
  sb.inodes = inodes != 0
                  ? inodes
                  : narrow(std::min(std::max<std::uint64_t>(data_total / 4, 16), inodes_there));
  sb.journal_block = 2;
  sb.inode_block = sb.journal_block + sb.lanes;
  const std::uint64_t table_bytes = (sb.inodes + std::uint64_t{1}) * kInodeBytes;
  sb.meta_block = sb.inode_block + narrow((table_bytes + kBlockBytes - 1) / kBlockBytes);
  if (sb.meta_block >= blocks) {
    return usage_error("{} inodes do not fit into {} KiB; ask for fewer", sb.inodes,
                       device_bytes / 1024);
  }
  // Half a line of names for each inode, and room for extents and long names.
  sb.meta_blocks = pair ? narrow(blocks - sb.meta_block)
                        : narrow(std::max<std::uint64_t>(blocks / 64, sb.inodes / 32 + 6));
  std::uint64_t data_block = pair ? 2 : std::uint64_t{sb.meta_block} + sb.meta_blocks;
  if (data_total >= kBlocksToAlign) {
    data_block = (data_block + kHugeBlocks - 1) / kHugeBlocks * kHugeBlocks;
  }
  if (data_block >= data_total) {
    return usage_error("{} inodes and {} journal lanes leave no room for data in {} KiB", sb.inodes,
                       sb.lanes, device_bytes / 1024);
  }
  sb.data_block = narrow(data_block);
  sb.data_blocks = narrow(data_total - data_block);
  return sb;
}

Result<ChosenSuperblock> choose_superblock(std::span<const std::byte> image,
                                           std::uint64_t device_bytes) {
  bool ours = false, newer = false;
  for (const std::uint64_t copy : {0, 1}) {
    const auto sb = load<Superblock>(image, copy * kBlockBytes);
    if (sb.magic != kMagic) continue;
    if (sb.version == kVersion && sb.check == check_of(sb)) {
      if (fits(sb, device_bytes)) return ChosenSuperblock{sb, copy != 0};
      return usage_error(
          "it carries a file system of {} KiB, which does not fit into its {} KiB; use the medium "
          "that it was made on",
          sb.device_bytes / 1024, device_bytes / 1024);
    }
    ours = true;
    newer = newer || sb.version > kVersion;
  }
  if (newer) {
    return usage_error(
        "its file system has a newer format than this pmembench knows ({}); use the pmembench that "
        "made it",
        kVersion);
  }
  if (ours) {
    return usage_error("both copies of its superblock are damaged; format it anew with --destroy");
  }
  return usage_error("it carries no file system of pmembench; format it first");
}

}  // namespace pmembench::fs
