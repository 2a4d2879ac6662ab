#include "fs/fsck.hpp"

#include <algorithm>
#include <set>

#include "fs/directory.hpp"

namespace pmembench::fs {
namespace {

constexpr std::size_t kMaximumProblems = 100;

// One pass over the inodes, one over the tree.
class Checker {
 public:
  Checker(const Metadata& metadata, Contents& contents)
      : sb_(metadata.superblock),
        image_(metadata.image),
        contents_(contents),
        links_(contents.inodes.size()) {}

  std::vector<std::string> problems() {
    for (std::uint32_t number = 1; number <= sb_.inodes; ++number) check_inode(number);
    if (header_of(kRootInode).type != InodeType::directory) {
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
    for (const auto& [header, extents, chain] : contents_.inodes) {
      if (header.type == InodeType::free || header.links == links_[header.number]) continue;
      problem("inode {} has {} links and is found {} times", header.number, header.links,
              links_[header.number]);
    }
    return std::move(problems_);
  }

 private:
  template <typename... Args>
  void problem(fmt::format_string<Args...> format, Args&&... args) {
    if (problems_.size() >= kMaximumProblems) return;
    problems_.push_back(fmt::format(format, std::forward<Args>(args)...));
  }
  const InodeHeader& header_of(std::uint32_t number) { return contents_.inodes[number].header; }

  void check_inode(std::uint32_t number) {
    const auto header = load<InodeHeader>(image_, sb_.inode_offset(number));
    if (header.type == InodeType::free) {
      if (!all_zero(bytes_of(header))) problem("inode {} is free and not zero", number);
      return;
    }
    static_cast<void>(contents_.numbers.take({number, 1}));
    const bool known = header.type == InodeType::file || header.type == InodeType::directory;
    if (header.check != check_of(header) || header.number != number || !known || header.links > 1 ||
        header.size_bytes > kMaximumFileBytes) {
      problem("inode {} has a damaged header", number);
      return;
    }
    Contents::File& file = contents_.inodes[number];
    file.header = header;
    // What cannot be trusted is not followed.
    if (!read_slots(file) || !check_extents(file)) file.extents = {};
  }

  bool read_slot(Contents::File& file, std::uint64_t offset, std::uint32_t index) {
    const auto slot = load<ExtentSlot>(image_, offset);
    const InodeHeader& header = file.header;
    if (slot.check != check_of(slot, header.number, header.generation, index)) {
      problem("inode {}, extent slot {}: its checksum is wrong", header.number, index);
      return false;
    }
    file.extents.read_slot(slot);
    return true;
  }

  // Every slot of an inode, wherever it lies; false: they cannot all be read.
  bool read_slots(Contents::File& file) {
    const InodeHeader& header = file.header;
    std::uint32_t index = 0;
    bool good = true;
    for (; index < std::min(header.slots, kInlineExtents); ++index) {
      good = read_slot(file, sb_.slot_offset(header.number, index), index) && good;
    }
    for (std::uint32_t next = header.chain; next != 0;) {
      const std::uint32_t block = next - 1;
      if (!contents_.meta.take({block, 1})) {
        problem("inode {} has its extents in block {}, which is used twice or does not exist",
                header.number, block);
        return false;
      }
      const auto link = load<ChainHeader>(image_, sb_.meta_offset(block));
      if (link.check != check_of(link) || link.number != header.number ||
          link.generation != header.generation || link.index != file.chain.size()) {
        problem("inode {} has a damaged block of extents ({})", header.number, block);
        return false;
      }
      file.chain.push_back(block);
      for (std::uint32_t i = 0; i < kExtentsPerBlock && index < header.slots; ++i, ++index) {
        good = read_slot(file, sb_.chain_slot_offset(block, i), index) && good;
      }
      next = link.next;
    }
    if (index != header.slots) {
      problem("inode {} has {} extent slots and room for {}", header.number, header.slots, index);
      return false;
    }
    if (!file.extents.finish()) problem("inode {} has extents that overlap", header.number);
    return good;
  }

  bool check_extents(const Contents::File& file) {
    const InodeHeader& header = file.header;
    const bool directory = header.type == InodeType::directory;
    const std::uint64_t blocks = (header.size_bytes + kBlockBytes - 1) / kBlockBytes;
    std::uint64_t covered = 0;
    for (const Extent& extent : file.extents.all()) {
      if (!(directory ? contents_.meta : contents_.data).take(extent.run())) {
        problem("inode {} has blocks {} to {}, which are used twice or do not exist", header.number,
                extent.physical, std::uint64_t{extent.physical} + extent.count - 1);
        return false;
      }
      if (std::uint64_t{extent.logical} + extent.count > blocks) {
        problem("inode {} has blocks behind its end", header.number);
      }
      covered += extent.count;
    }
    if (directory && (covered != blocks || header.size_bytes % kBlockBytes != 0)) {
      problem("directory {} has a hole or a size that is not of whole blocks", header.number);
    }
    return true;
  }

  void check_directory(std::uint32_t number) {
    std::set<std::string, std::less<>> names;
    for_each_entry(sb_, image_, contents_.inodes[number].extents, number,
                   [&](const ReadEntry& read) { check_entry(number, read, names); });
  }

  void check_entry(std::uint32_t directory, const ReadEntry& read,
                   std::set<std::string, std::less<>>& names) {
    if (read.problem != nullptr) {
      problem("directory {}: {}", directory, read.problem);
      return;
    }
    const std::uint32_t number = read.entry.inode;
    if (number > sb_.inodes || header_of(number).type == InodeType::free ||
        header_of(number).generation != read.entry.generation) {
      problem("directory {} has an entry for inode {}, which is free or damaged", directory,
              number);
      return;
    }
    if (read.name.find('/') != std::string_view::npos || !names.emplace(read.name).second) {
      problem("directory {} has a name twice, or one with a slash", directory);
    }
    ++links_[number];
    if (header_of(number).type != InodeType::directory || links_[number] > 1) return;
    if (header_of(number).parent != directory) {
      problem("directory {} lies in {} and names another as its parent", number, directory);
    }
    pending_.push_back(number);
  }

  const Superblock& sb_;
  std::span<const std::byte> image_;
  Contents& contents_;
  std::vector<std::uint32_t> links_;  // entries found
  std::vector<std::uint32_t> pending_;
  std::vector<std::string> problems_;
};

}  // namespace

Contents::Contents(const Superblock& sb, std::uint32_t groups)
    : inodes(sb.inodes + std::size_t{1}),
      numbers(sb.inodes + 1, groups),
      meta(sb.meta_blocks, 1),
      data(sb.data_blocks, groups) {
  static_cast<void>(numbers.take({0, 1}));  // is never used
}

std::vector<std::string> check_metadata(const Metadata& metadata, Contents& contents) {
  return Checker(metadata, contents).problems();
}

}  // namespace pmembench::fs
