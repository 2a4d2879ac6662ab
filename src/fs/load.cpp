// Mount's reading: from metadata that were checked to inodes, names and free space in memory.
#include <algorithm>
#include <cerrno>

#include "fs/core.hpp"
#include "fs/fsck.hpp"

namespace pmembench::fs {
namespace {

// The superblock of `store`. What is wrong with it is said of `which`.
Result<Superblock> read_superblock(Store& store, StoreSession& session, const char* which) {
  std::vector<std::byte> front(2 * kBlockBytes);
  if (store.size_bytes() < front.size()) {
    return usage_error("{} is smaller than a superblock; name a larger medium", which);
  }
  // One bad copy is what the other one is for.
  const bool first = session.read(0, std::span(front).first(kBlockBytes)) == 0;
  const bool second = session.read(kBlockBytes, std::span(front).subspan(kBlockBytes)) == 0;
  if (!first && !second) {
    return runtime_error("{} cannot be read: both copies of its superblock are bad blocks", which);
  }
  auto superblock = choose_superblock(front, store.size_bytes());
  if (!superblock) return superblock.error().with_context(which);
  return superblock;
}

}  // namespace

Result<Metadata> read_metadata(const MountSource& source, Store& meta, Store* data, bool repair) {
  const bool pair = data != nullptr;
  const char* const which = source.block != nullptr ? "the block device" : "the dax device";
  const auto session = meta.session();
  auto superblock = read_superblock(meta, *session, which);
  if (!superblock) return superblock.error();
  if (superblock->role != (pair ? Role::metadata : Role::whole)) {
    return usage_error("{} holds a part of a file system on two devices; mount both", which);
  }
  if (pair) {
    const auto other_session = data->session();
    const auto other = read_superblock(*data, *other_session, "the dax device");
    if (!other) return other.error();
    if (other->role != Role::data || other->id != superblock->id) {
      return usage_error(
          "the dax device does not belong to the block device's metadata; mount the pair that was "
          "formatted together");
    }
  }
  Metadata found;
  found.superblock = *superblock;
  found.image.resize(found.superblock.metadata_bytes());
  const std::uint64_t behind = 2 * kBlockBytes;
  if (session->read(behind, std::span(found.image).subspan(behind)) < 0) {
    return Error{ErrorKind::runtime,
                 std::string(which) +
                     " has a bad block in its metadata; format it anew with "
                     "--destroy",
                 EIO};
  }
  std::array<std::byte, sizeof(Superblock)> first{};
  found.second_copy = session->read(0, first) < 0 ||
                      std::memcmp(first.data(), &found.superblock, sizeof(Superblock)) != 0;
  for (const std::uint64_t copy : {std::uint64_t{0}, kBlockBytes}) {
    std::memcpy(found.image.data() + copy, &found.superblock, sizeof(Superblock));
  }
  auto replayed = Journal::replay(found.superblock, found.image, repair ? session.get() : nullptr);
  if (!replayed) return replayed.error().with_context(which);
  return found;
}

void Core::load_inode(std::span<const std::byte> image, const InodeHeader& header) {
  Inode& inode = adopt(header.number, header);
  const std::uint32_t own = std::min(header.slots, kInlineExtents);
  for (std::uint32_t i = 0; i < own; ++i) {
    inode.extents.read_slot(fs::load<ExtentSlot>(image, slot_offset(inode, i)));
  }
  for (std::uint32_t chain = header.chain; chain != 0;) {
    inode.chain.push_back(chain - 1);
    static_cast<void>(meta_blocks.take({chain - 1, 1}));
    chain = fs::load<ChainHeader>(image, superblock.meta_offset(chain - 1)).next;
  }
  for (std::uint32_t i = own; i < header.slots; ++i) {
    inode.extents.read_slot(fs::load<ExtentSlot>(image, slot_offset(inode, i)));
  }
  inode.chain_logged = static_cast<std::uint32_t>(inode.chain.size());
  static_cast<void>(inode.extents.finish());
  BlockAllocator& blocks = inode.directory ? meta_blocks : data_blocks;
  for (const Extent& extent : inode.extents.all()) {
    static_cast<void>(blocks.take({extent.physical, extent.count}));
  }
  if (inode.directory) load_directory(image, inode);
}

void Core::load_directory(std::span<const std::byte> image, Inode& inode) {
  for (const Extent& extent : inode.extents.all()) {
    for (std::uint32_t i = 0; i < extent.count; ++i) {
      inode.directory->add_block();
      const auto block = image.subspan(superblock.meta_offset(extent.physical + i), kBlockBytes);
      for_each_entry(block, extent.logical + i, inode.number, [&inode](const ReadEntry& read) {
        inode.directory->add(read.name, read.entry);
      });
    }
  }
}

Status Core::load(std::vector<std::byte> image) {
  std::vector<std::uint32_t> orphans;
  const std::uint32_t shards = std::max(options.groups, 1U);
  // Backwards, so that each shard hands out its lowest number first.
  for (std::uint32_t number = superblock.inodes; number > 0; --number) {
    const auto header = load_header(image, number);
    if (header.type != InodeType::free) {
      load_inode(image, header);
      if (header.links == 0) orphans.push_back(number);
      continue;
    }
    numbers_.add(number, static_cast<std::uint32_t>(std::uint64_t{number} * shards /
                                                    (superblock.inodes + std::uint64_t{1})));
  }
  meta_store_->keep(std::move(image));
  const auto context = make_context(0);
  for (const std::uint32_t number : orphans) {
    Inode& orphan = *inode(number);
    const std::scoped_lock lock(orphan.lock);
    context->transaction.reset();
    log_free_inode(orphan, context->transaction);
    if (commit(*context) < 0) return runtime_error("the device fails while its files are cleaned");
    drop_inode(orphan, 0);
  }
  return {};
}

InodeHeader Core::load_header(std::span<const std::byte> image, std::uint32_t number) const {
  return fs::load<InodeHeader>(image, superblock.inode_offset(number));
}

}  // namespace pmembench::fs
