#include "fs/fsck.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "fs/allocator.hpp"
#include "fs/directory.hpp"
#include "fs/extent_map.hpp"

namespace pmembench::fs {
namespace {

constexpr std::size_t kMaximumProblems = 100;

// One pass over the inodes, one over the tree.
class Checker {
 public:
  Checker(const Superblock& superblock, std::span<const std::byte> image)
      : sb_(superblock),
        image_(image),
        meta_(superblock.meta_blocks, 1),
        data_(superblock.data_blocks, 1),
        headers_(superblock.inodes + std::size_t{1}),
        links_(superblock.inodes + std::size_t{1}) {}

  std::vector<std::string> problems() {
    for (std::uint32_t number = 1; number <= sb_.inodes; ++number) check_inode(number);
    if (headers_[kRootInode].type != InodeType::directory) {
      problem("inode 1, the root, is no directory");
      return std::move(problems_);
    }
    links_[kRootInode] = 1;
    pending_.push_back(kRootInode);
    while (!pending_.empty()) {
      const std::uint32_t directory = pending_.back();
      pending_.pop_back();
      check_directory(directory);
    }
    for (std::uint32_t number = 1; number <= sb_.inodes; ++number) {
      if (headers_[number].type == InodeType::free) continue;
      if (headers_[number].links == links_[number]) continue;
      problem("inode {} has {} links and is found {} times", number, headers_[number].links,
              links_[number]);
    }
    return std::move(problems_);
  }

 private:
  template <typename... Args>
  void problem(fmt::format_string<Args...> format, Args&&... args) {
    if (problems_.size() >= kMaximumProblems) return;
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void check_inode(std::uint32_t number) {
    const auto header = load<InodeHeader>(image_, sb_.inode_offset(number));
    if (header.type == InodeType::free) {
      const auto line = image_.subspan(sb_.inode_offset(number), kLineBytes);
      const bool zero = std::all_of(line.begin(), line.end(),
                                    [](std::byte byte) { return byte == std::byte{0}; });
      if (!zero) problem("inode {} is free and not zero", number);
      return;
    }
    const bool known = header.type == InodeType::file || header.type == InodeType::directory;
    if (header.check != check_of(header) || header.number != number || !known || header.links > 1 ||
        header.size_bytes > kMaximumFileBytes) {
      problem("inode {} has a damaged header", number);
      return;
    }
    headers_[number] = header;
    check_extents(header);
  }

  // Every slot of an inode, wherever it lies; false: they cannot all be read.
  bool read_slots(const InodeHeader& header, ExtentMap& extents) {
    const auto read = [&](std::uint64_t offset, std::uint32_t index) {
      const auto slot = load<ExtentSlot>(image_, offset);
      if (slot.check != check_of(slot, header.number, header.generation, index)) {
        problem("inode {}, extent slot {}: its checksum is wrong", header.number, index);
        return;
      }
      extents.read_slot(slot);
    };
    const std::uint32_t own = std::min(header.slots, kInlineExtents);
    for (std::uint32_t i = 0; i < own; ++i) {
      read(sb_.inode_offset(header.number) + kLineBytes + i * sizeof(ExtentSlot), i);
    }
    std::uint32_t index = own, chain = header.chain;
    for (std::uint32_t at = 0; chain != 0; ++at) {
      const std::uint32_t block = chain - 1;
      if (!meta_.take({block, 1})) {
        problem("inode {} has its extents in block {}, which is used twice or does not exist",
                header.number, block);
        return false;
      }
      const auto link = load<ChainHeader>(image_, sb_.meta_offset(block));
      if (link.check != check_of(link) || link.number != header.number ||
          link.generation != header.generation || link.index != at) {
        problem("inode {} has a damaged block of extents ({})", header.number, block);
        return false;
      }
      for (std::uint32_t i = 0; i < kExtentsPerBlock && index < header.slots; ++i, ++index) {
        read(sb_.meta_offset(block) + kLineBytes + i * sizeof(ExtentSlot), index);
      }
      chain = link.next;
    }
    if (index == header.slots) return true;
    problem("inode {} has {} extent slots and room for {}", header.number, header.slots, index);
    return false;
  }

  void check_extents(const InodeHeader& header) {
    ExtentMap extents;
    if (!read_slots(header, extents)) return;
    if (!extents.finish()) problem("inode {} has extents that overlap", header.number);
    const bool directory = header.type == InodeType::directory;
    const std::uint64_t blocks = (header.size_bytes + kBlockBytes - 1) / kBlockBytes;
    std::uint64_t covered = 0;
    for (const Extent& extent : extents.all()) {
      if (!(directory ? meta_ : data_).take({extent.physical, extent.count})) {
        problem("inode {} has blocks {} to {}, which are used twice or do not exist", header.number,
                extent.physical, std::uint64_t{extent.physical} + extent.count - 1);
        continue;
      }
      if (directory) directories_[header.number].push_back(extent);
      if (std::uint64_t{extent.logical} + extent.count > blocks) {
        problem("inode {} has blocks behind its end", header.number);
      }
      covered += extent.count;
    }
    if (directory && (covered != blocks || header.size_bytes % kBlockBytes != 0)) {
      problem("directory {} has a hole or a size that is not of whole blocks", header.number);
    }
  }

  void check_directory(std::uint32_t number) {
    std::set<std::string, std::less<>> names;
    for (const Extent& extent : directories_[number]) {
      for (std::uint32_t i = 0; i < extent.count; ++i) {
        const auto block = image_.subspan(sb_.meta_offset(extent.physical + i), kBlockBytes);
        for_each_entry(block, extent.logical + i, number,
                       [&](const ReadEntry& read) { check_entry(number, read, names); });
      }
    }
  }

  void check_entry(std::uint32_t directory, const ReadEntry& read,
                   std::set<std::string, std::less<>>& names) {
    if (read.problem != nullptr) {
      problem("directory {}: {}", directory, read.problem);
      return;
    }
    const std::uint32_t number = read.entry.inode;
    if (number > sb_.inodes || headers_[number].type == InodeType::free ||
        headers_[number].generation != read.entry.generation) {
      problem("directory {} has an entry for inode {}, which is free or damaged", directory,
              number);
      return;
    }
    if (read.name.find('/') != std::string_view::npos || !names.emplace(read.name).second) {
      problem("directory {} has a name twice, or one with a slash", directory);
    }
    ++links_[number];
    if (headers_[number].type != InodeType::directory || links_[number] > 1) return;
    if (headers_[number].parent != directory) {
      problem("directory {} lies in {} and names another as its parent", number, directory);
    }
    pending_.push_back(number);
  }

  const Superblock& sb_;
  std::span<const std::byte> image_;
  BlockAllocator meta_, data_;
  std::vector<InodeHeader> headers_;  // type free: free or damaged
  std::vector<std::uint32_t> links_;  // entries found
  std::vector<std::uint32_t> pending_;
  std::map<std::uint32_t, std::vector<Extent>> directories_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> check_metadata(const Superblock& superblock,
                                        std::span<const std::byte> image) {
  return Checker(superblock, image).problems();
}

}  // namespace pmembench::fs
