// Reading what a device holds, for fsck and for mount: its metadata, and whether they are whole.
#include <cerrno>

#include "fs/core.hpp"

namespace pmembench::fs {
namespace {

constexpr std::size_t kMaximumProblems = 100;

// Nothing that it points to is outside of its device or overlaps something else, even if another
// program wrote it.
bool is_sound(const Superblock& sb) {
  const bool data_fits = sb.data_offset(sb.data_blocks) <= sb.device_bytes;
  if (sb.role == Role::data) return data_fits;
  return sb.lanes > 0 && sb.inodes >= kRootInode &&
         sb.lane_offset(sb.lanes) <= sb.inode_offset(0) &&
         sb.inode_offset(sb.inodes) < sb.meta_offset(0) && sb.metadata_bytes() <= sb.device_bytes &&
         (sb.role == Role::metadata || (data_fits && sb.metadata_bytes() <= sb.data_offset(0)));
}

// The better of both superblocks of `store`, and no image yet.
Result<Metadata> read_superblock(ByteStore& store, ByteSession& session) {
  if (store.size_bytes() < 2 * kBlockBytes) {
    return usage_error("it is smaller than a superblock; name a larger medium");
  }
  bool read = false, ours = false;
  std::uint32_t version = kVersion;
  for (const std::uint64_t copy : {0U, 1U}) {
    Superblock sb;
    const auto bytes = std::as_writable_bytes(std::span(&sb, 1));
    // One bad copy is what the other one is for.
    if (session.read(copy * kBlockBytes, bytes) < 0) continue;
    read = true;
    if (sb.magic != kMagic) continue;
    ours = true;
    if (sb.version != kVersion) version = sb.version;
    if (sb.version != kVersion || sb.check != check_of(sb) || !is_sound(sb)) continue;
    if (sb.device_bytes <= store.size_bytes()) return Metadata{sb, {}, copy != 0};
    return usage_error(
        "it carries a file system of {} KiB, which does not fit into its {} KiB; use the medium "
        "that it was made on",
        sb.device_bytes / 1024, store.size_bytes() / 1024);
  }
  if (version != kVersion) {
    return usage_error(
        "its file system has format {}, and this pmembench knows {} alone; use the pmembench that "
        "made it, or format it again with --destroy",
        version, kVersion);
  }
  if (ours) {
    return usage_error("both copies of its superblock are damaged; format it again with --destroy");
  }
  if (read) return usage_error("it carries no file system of pmembench; format it first");
  return runtime_error("it cannot be read: the device fails on both copies of its superblock");
}

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
    if (contents_.inodes[kRootInode].type != InodeType::directory) {
      problem("inode 1, the root, is not a directory");
      return std::move(problems_);
    }
    links_[kRootInode] = 1;
    pending_.push_back(kRootInode);
    while (!pending_.empty()) {
      Inode& directory = contents_.inodes[pending_.back()];
      pending_.pop_back();
      check_directory(directory);
    }
    for (const Inode& inode : contents_.inodes) {
      const std::uint32_t links = inode.unlinked ? 0 : 1;
      if (inode.type == InodeType::free || links == links_[inode.number]) continue;
      problem("inode {} has {} links and is found {} times", inode.number, links,
              links_[inode.number]);
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
    Inode& inode = contents_.inodes[number];
    inode.type = header.type;
    inode.generation = header.generation;
    inode.size = header.size_bytes;
    inode.parent = header.parent;
    inode.unlinked = header.links == 0;
    const bool directory = header.type == InodeType::directory;
    if (directory) inode.directory = std::make_unique<Directory>();
    if (!read_chain(inode, header.chain) || !read_slots(inode, header.slots) ||
        !check_extents(inode)) {
      inode.extents = {};  // what cannot be trusted is not followed
    } else if (directory) {
      inode.directory->add_blocks(static_cast<std::uint32_t>(inode.size / kBlockBytes));
    }
  }

  // The blocks of extents, from `next` (plus 1) on.
  bool read_chain(Inode& inode, std::uint32_t next) {
    while (next != 0) {
      const std::uint32_t block = next - 1;
      if (!contents_.meta.take({block, 1})) {
        problem("inode {} has its extents in block {}, which is used twice or does not exist",
                inode.number, block);
        return false;
      }
      const auto link = load<ChainHeader>(image_, sb_.meta_offset(block));
      if (link.check != check_of(link) || link.number != inode.number ||
          link.generation != inode.generation || link.index != inode.chain.size()) {
        problem("inode {} has a damaged block of extents ({})", inode.number, block);
        return false;
      }
      inode.chain.push_back(block);
      next = link.next;
    }
    inode.chain_logged = static_cast<std::uint32_t>(inode.chain.size());
    return true;
  }

  bool read_slots(Inode& inode, std::uint32_t slots) {
    const std::size_t room = kInlineExtents + inode.chain.size() * kExtentsPerBlock;
    if (slots > room) {
      problem("inode {} has {} extent slots and room for {}", inode.number, slots, room);
      return false;
    }
    bool good = true;
    for (std::uint32_t index = 0; index < slots; ++index) {
      const auto slot = load<ExtentSlot>(image_, sb_.slot_offset(inode.number, inode.chain, index));
      inode.extents.read_slot(slot);
      if (slot.check == check_of(slot, slot_seed(inode.number, inode.generation, index))) continue;
      problem("inode {}, extent slot {}: its checksum is wrong", inode.number, index);
      good = false;
    }
    if (good && inode.extents.finish()) return true;
    if (good) problem("inode {} has extents that overlap", inode.number);
    return false;
  }

  bool check_extents(const Inode& inode) {
    const bool directory = inode.type == InodeType::directory;
    const std::uint64_t blocks = (inode.size + kBlockBytes - 1) / kBlockBytes;
    std::uint64_t covered = 0;
    for (const Extent& extent : inode.extents.all()) {
      const std::uint64_t last = std::uint64_t{extent.physical} + extent.count - 1;
      if (!(directory ? contents_.meta : contents_.data).take(extent.run())) {
        problem("inode {} has blocks {} to {}, which are used twice or do not exist", inode.number,
                extent.physical, last);
        return false;
      }
      if (std::uint64_t{extent.logical} + extent.count > blocks) {
        problem("inode {} has blocks behind its end", inode.number);
        return false;
      }
      covered += extent.count;
    }
    if (!directory || (covered == blocks && inode.size % kBlockBytes == 0)) return true;
    problem("directory {} has a hole or a size that is not of whole blocks", inode.number);
    return false;
  }

  void check_directory(Inode& directory) {
    for (const Extent& extent : directory.extents.all()) {
      for (std::uint32_t i = 0; i < extent.count; ++i) {
        const auto block = image_.subspan(sb_.meta_offset(extent.physical + i), kBlockBytes);
        for (EntryPlace at{extent.logical + i, 0, 0}; at.line < kSlotsPerBlock;) {
          const ReadEntry read = read_entry(block, at, directory.number);
          at.line = static_cast<std::uint16_t>(at.line + read.entry.place.lines);
          check_entry(directory, read);
        }
      }
    }
  }

  void check_entry(Inode& directory, const ReadEntry& read) {
    if (read.problem != nullptr) {
      problem("directory {}: {}", directory.number, read.problem);
      return;
    }
    const std::uint32_t number = read.entry.inode;
    if (number == 0) return;
    if (number > sb_.inodes || contents_.inodes[number].type == InodeType::free ||
        contents_.inodes[number].generation != read.entry.generation) {
      problem("directory {} has an entry for inode {}, which is free or damaged", directory.number,
              number);
      return;
    }
    if (read.name.find('/') != std::string_view::npos ||
        directory.directory->find(read.name) != nullptr) {
      problem("directory {} has a name twice, or one with a slash", directory.number);
    }
    directory.directory->add(read.name, read.entry);
    const Inode& inode = contents_.inodes[number];
    if (++links_[number] > 1 || inode.type != InodeType::directory) return;
    if (inode.parent != directory.number) {
      problem("directory {} is in {} and names another as its parent", number, directory.number);
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
  for (std::uint32_t number = 0; number <= sb.inodes; ++number) inodes[number].number = number;
  static_cast<void>(numbers.take({0, 1}));  // is never used
}

Result<Stores> make_stores(const MountSource& source) {
  if (source.dax == nullptr && source.block == nullptr) {
    return usage_error("a mount needs a dax device, a block device or both; name one");
  }
  Stores stores;
  if (source.block != nullptr) stores.meta = make_sector_store(*source.block);
  if (source.dax == nullptr) return stores;
  auto store = make_dax_store(*source.dax);
  if (!store) return store.error();
  (stores.meta ? stores.data : stores.meta) = *std::move(store);
  return stores;
}

Result<Metadata> read_metadata(const MountSource& source, Stores& stores, bool repair) {
  const bool pair = stores.data != nullptr;
  const char* const which = source.block != nullptr ? "the block device" : "the dax device";
  const auto session = stores.meta->session();
  auto found = read_superblock(*stores.meta, *session);
  if (!found) return found.error().with_context(which);
  const Superblock& superblock = found->superblock;
  if (superblock.role != (pair ? Role::metadata : Role::whole)) {
    return usage_error("{} holds a part of a file system on two devices; mount both", which);
  }
  if (pair) {
    const auto other = read_superblock(*stores.data, *stores.data->session());
    if (!other) return other.error().with_context("the dax device");
    const Superblock& data = other->superblock;
    if (data.role != Role::data || data.id != superblock.id ||
        data.data_offset(data.data_blocks) != superblock.data_offset(superblock.data_blocks)) {
      return usage_error(
          "the dax device does not belong to the block device's metadata; mount the pair that was "
          "formatted together");
    }
  }
  found->image.resize(superblock.metadata_bytes());
  for (const std::uint64_t copy : {std::uint64_t{0}, kBlockBytes}) {
    std::memcpy(found->image.data() + copy, &superblock, sizeof(Superblock));
  }
  const auto behind = std::span(found->image).subspan(2 * kBlockBytes);
  if (session->read(2 * kBlockBytes, behind) < 0) {
    Error error =
        runtime_error("{} has a bad block in its metadata; format it again with --destroy", which);
    error.code = EIO;
    return error;
  }
  const auto replayed = Journal::replay(superblock, found->image, repair ? session.get() : nullptr);
  if (!replayed) return replayed.error().with_context(which);
  return found;
}

std::vector<std::string> check_metadata(const Metadata& metadata, Contents& contents) {
  return Checker(metadata, contents).problems();
}

}  // namespace pmembench::fs

namespace pmembench {

Result<std::vector<std::string>> check_file_system(const MountSource& source) {
  auto stores = fs::make_stores(source);
  if (!stores) return stores.error();
  const auto found = fs::read_metadata(source, *stores, false);
  if (!found) return found.error();
  fs::Contents contents(found->superblock, 1);
  std::vector<std::string> problems = fs::check_metadata(*found, contents);
  if (found->second_copy) {
    problems.insert(problems.begin(), "the first superblock is damaged; its copy was used");
  }
  return problems;
}

}  // namespace pmembench
