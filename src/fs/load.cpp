// Mount's reading: from a device to inodes, names and free space in memory.
#include <algorithm>
#include <cerrno>

#include "fs/core.hpp"

namespace pmembench::fs {
namespace {

// The superblock of `store`. What is wrong with it is said of `which`.
Result<ChosenSuperblock> read_superblock(ByteStore& store, ByteSession& session,
                                         const char* which) {
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
  auto chosen = choose_superblock(front, store.size_bytes());
  if (!chosen) return chosen.error().with_context(which);
  return chosen;
}

}  // namespace

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
  const auto own = read_superblock(*stores.meta, *session, which);
  if (!own) return own.error();
  const Superblock& superblock = own->superblock;
  if (superblock.role != (pair ? Role::metadata : Role::whole)) {
    return usage_error("{} holds a part of a file system on two devices; mount both", which);
  }
  if (pair) {
    const auto other = read_superblock(*stores.data, *stores.data->session(), "the dax device");
    if (!other) return other.error();
    if (other->superblock.role != Role::data || other->superblock.id != superblock.id) {
      return usage_error(
          "the dax device does not belong to the block device's metadata; mount the pair that was "
          "formatted together");
    }
  }
  Metadata found{superblock, std::vector<std::byte>(superblock.metadata_bytes()), own->second_copy};
  for (const std::uint64_t copy : {std::uint64_t{0}, kBlockBytes}) {
    std::memcpy(found.image.data() + copy, &superblock, sizeof(Superblock));
  }
  const auto behind = std::span(found.image).subspan(2 * kBlockBytes);
  if (session->read(2 * kBlockBytes, behind) < 0) {
    Error error =
        runtime_error("{} has a bad block in its metadata; format it anew with --destroy", which);
    error.code = EIO;
    return error;
  }
  const auto replayed = Journal::replay(superblock, found.image, repair ? session.get() : nullptr);
  if (!replayed) return replayed.error().with_context(which);
  return found;
}

Status Core::load() {
  auto found = read_metadata(source, stores_, true);
  if (!found) return found.error();
  superblock = found->superblock;
  Contents contents(superblock, options.groups);
  const auto problems = check_metadata(*found, contents);
  if (!problems.empty()) {
    return runtime_error("its metadata are damaged ({}; {} findings); see pmembench fsck",
                         problems.front(), problems.size());
  }
  numbers_ = std::move(contents.numbers);
  meta_blocks = std::move(contents.meta);
  data_blocks = std::move(contents.data);
  table_ = std::make_unique<std::atomic<Inode*>[]>(contents.inodes.size());
  loaded_ = true;
  std::vector<Inode*> orphans;
  for (auto& [header, extents, chain] : contents.inodes) {
    if (header.type == InodeType::free) continue;
    Inode& inode = adopt(header);
    const std::scoped_lock lock(inode.lock);
    inode.extents = std::move(extents);
    inode.chain = std::move(chain);
    inode.chain_logged = static_cast<std::uint32_t>(inode.chain.size());
    if (header.links == 0) orphans.push_back(&inode);
    if (!inode.directory) continue;
    for (const Extent& extent : inode.extents.all()) inode.directory->add_blocks(extent.count);
    for_each_entry(
        superblock, found->image, inode.extents, inode.number,
        [&inode](const ReadEntry& read) { inode.directory->add(read.name, read.entry); });
  }
  stores_.meta->keep(std::move(found->image));
  const bool sectors = stores_.meta->sectors();
  journal_.emplace(superblock, sectors,
                   options.journal.empty() ? default_procedure(sectors) : options.journal);
  const auto context = make_context(0);
  for (Inode* const orphan : orphans) {
    const std::scoped_lock lock(orphan->lock);
    context->transaction.reset();
    log_free_inode(*orphan, context->transaction);
    if (commit(*context) < 0) return runtime_error("the device fails while its files are cleaned");
    drop_inode(*orphan);
  }
  return {};
}

}  // namespace pmembench::fs
