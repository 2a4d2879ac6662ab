#include "fs/core.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pmembench::fs {

Core::Core(const MountSource& mounted, MountOptions how, Stores stores)
    : source(mounted),
      options(std::move(how)),
      stores_(std::move(stores)),
      range_locks_(options.locks == FileLocks::byte_range ? kRangeLocks : 0) {}

std::unique_ptr<Context> Core::make_context(std::uint32_t index) {
  auto context = std::make_unique<Context>();
  context->meta = stores_.meta->session();
  context->data = (stores_.data ? stores_.data : stores_.meta)->session();
  if (source.dax != nullptr) context->reader.emplace(source.dax->make_reader());
  context->index = index;
  return context;
}

Status Core::load() {
  auto found = read_metadata(source, stores_, true);
  if (!found) return found.error();
  superblock = found->superblock;
  contents = Contents(superblock, options.groups);
  const auto problems = check_metadata(*found, contents);
  if (!problems.empty()) {
    return runtime_error("its metadata are damaged ({}; {} findings); see pmembench fsck",
                         problems.front(), problems.size());
  }
  loaded_ = true;
  stores_.meta->keep(std::move(found->image));
  const bool sectors = stores_.meta->sectors();
  journal_.emplace(superblock, sectors,
                   options.journal.empty() ? default_procedure(sectors) : options.journal);
  const auto context = make_context(0);
  for (Inode& inode : contents.inodes) {
    const std::scoped_lock lock(inode.lock);
    const bool orphan = inode.type != InodeType::free && inode.unlinked;
    if (orphan && retire(inode, *context) < 0) {
      return runtime_error("the device fails while its files are cleaned");
    }
  }
  return {};
}

// ---- inodes ----

Inode* Core::make_inode(Context& context, InodeType type, std::uint32_t parent) {
  const Run number = contents.numbers.allocate(1, Allocator::kNoGoal, context.index);
  if (number.count == 0) return nullptr;
  Inode& made = inode(number.start);
  const std::scoped_lock lock(made.lock);
  ++made.generation;
  made.type = type;
  made.size = 0;
  made.unlinked = made.failed = false;
  const bool directory = type == InodeType::directory;
  made.parent = directory ? parent : 0;
  made.directory = directory ? std::make_unique<Directory>() : nullptr;
  return &made;
}

void Core::drop_inode(Inode& inode) {
  for (const Extent& extent : inode.extents.all()) inode.freed.push_back(extent.run());
  for (const std::uint32_t block : std::exchange(inode.chain, {})) contents.meta.free({block, 1});
  inode.extents = {};
  settle(inode);
  inode.type = InodeType::free;
  inode.unlinked = true;
  contents.numbers.free({inode.number, 1});
}

int Core::reserve_slots(Inode& inode, Context& context) {
  const ExtentMap& extents = inode.extents;
  const std::size_t room =
      extents.slots_free() + kInlineExtents + inode.chain.size() * kExtentsPerBlock;
  if (extents.slots_used() + std::size_t{2} <= room) return 0;
  const Run run = contents.meta.allocate(1, Allocator::kNoGoal, context.index);
  if (run.count == 0) return -ENOSPC;
  inode.chain.push_back(run.start);
  return 0;
}

Run Core::allocate(Inode& inode, Context& context, std::uint32_t logical, std::uint32_t want) {
  // Every 2 MiB of a file but the first of a small one begin where a large page can.
  const std::uint32_t phase = logical % kHugeBlocks;
  const bool huge = phase == 0 && (logical != 0 || want >= kHugeBlocks);
  if (phase != 0) want = std::min(want, kHugeBlocks - phase);
  std::uint32_t goal = inode.extents.goal(logical);
  if (huge && goal % kHugeBlocks != 0) goal = Allocator::kNoGoal;
  return contents.data.allocate(want, goal, context.index, huge);
}

Piece Core::piece(const Inode& inode, std::uint64_t offset, std::uint64_t size) const {
  const auto block = static_cast<std::uint32_t>(offset / kBlockBytes);
  const Extent* const extent = inode.extents.at_or_behind(block);
  if (extent == nullptr) return {false, 0, size};
  if (extent->logical > block) {
    return {false, 0, std::min(size, extent->logical * kBlockBytes - offset)};
  }
  const std::uint64_t within = offset - extent->logical * kBlockBytes;
  return {true, superblock.data_offset(extent->physical) + within,
          std::min(size, extent->count * kBlockBytes - within)};
}

// ---- transactions ----

void Core::log_inode(const Inode& inode, Transaction& transaction) const {
  InodeHeader own;
  own.type = inode.type;
  own.links = inode.unlinked ? 0 : 1;
  own.size_bytes = inode.size;
  own.number = inode.number;
  own.generation = inode.generation;
  own.slots = inode.extents.slots_used();
  own.chain = inode.chain.empty() ? 0 : inode.chain.front() + 1;
  own.parent = inode.parent;
  own.check = check_of(own);
  transaction.add(superblock.inode_offset(inode.number), bytes_of(own));
  for (auto [index, slot] : inode.extents.changes()) {
    slot.check = check_of(slot, slot_seed(inode.number, inode.generation, index));
    transaction.add(superblock.slot_offset(inode.number, inode.chain, index), bytes_of(slot));
  }
  // A new block of extents is linked from the one before it.
  if (inode.chain_logged == inode.chain.size()) return;
  for (std::uint32_t i = std::max(inode.chain_logged, 1U) - 1; i < inode.chain.size(); ++i) {
    ChainHeader header;
    header.number = inode.number;
    header.generation = inode.generation;
    header.index = i;
    header.next = i + 1 < inode.chain.size() ? inode.chain[i + 1] + 1 : 0;
    header.check = check_of(header);
    transaction.add(superblock.meta_offset(inode.chain[i]), bytes_of(header));
  }
}

void Core::log_entry(const Inode& directory, const EntryPlace& place, std::string_view name,
                     const Inode* target, Transaction& transaction) const {
  std::array<std::byte, kMaximumEntryBytes> lines{};
  const auto used = std::span(lines).first(place.lines * kLineBytes);
  if (target != nullptr) {
    encode_entry(used, name, target->number, target->generation, directory.number);
  }
  const Extent& extent = *directory.extents.at_or_behind(place.block);
  const std::uint32_t block = extent.physical + (place.block - extent.logical);
  transaction.add(superblock.meta_offset(block) + place.line * kLineBytes, used);
}

int Core::commit(Context& context) {
  const int result = journal_->commit(*context.meta, context.transaction, context.index);
  if (result < 0) down = true;
  return result;
}

int Core::retire(Inode& inode, Context& context) {
  const bool open = inode.opens != 0;
  if (open) {
    log_inode(inode, context.transaction);
  } else {
    context.transaction.add(superblock.inode_offset(inode.number), bytes_of(InodeHeader{}));
  }
  const int result = commit(context);
  if (result == 0) open ? settle(inode) : drop_inode(inode);
  return result;
}

void Core::settle(Inode& inode) {
  Allocator& blocks = inode.type == InodeType::directory ? contents.meta : contents.data;
  inode.extents.clean();
  inode.chain_logged = static_cast<std::uint32_t>(inode.chain.size());
  for (const Run& run : inode.freed) blocks.free(run);
  inode.freed.clear();
  inode.dirty = false;
}

int Core::commit_inode(Inode& inode, Context& context) {
  if (context.data->data_barrier() < 0) return -EIO;
  context.transaction.reset();
  log_inode(inode, context.transaction);
  const int result = commit(context);
  if (result == 0) settle(inode);
  return result;
}

// ---- the holder of the device ----

int Core::hold() {
  DaxDevice& device = source.dax != nullptr ? *source.dax : source.block->below();
  if (source.dax == nullptr) {
    const auto beneath = source.block->dax();
    held_in_place_ = beneath.has_value();
    if (beneath) held_offset_ = beneath->offset_bytes;
  }
  const int result = device.hold(this);
  if (result == 0) held_ = &device;
  return result;
}

void Core::release() {
  if (held_ != nullptr) std::exchange(held_, nullptr)->release(this);
}

int Core::notify_failure(std::uint64_t offset, std::uint64_t length, int flags) {
  if ((flags & kPreRemove) != 0) down = true;
  if ((flags & kPreRemove) != 0 || !loaded_) return 0;
  if (!held_in_place_) return -EOPNOTSUPP;  // the reader of the bytes gets the error
  const std::uint64_t size =
      source.dax != nullptr ? source.dax->size_bytes() : source.block->size_bytes();
  if (length == 0 || offset < held_offset_ || offset - held_offset_ >= size) return -ENXIO;
  const std::uint64_t first = offset - held_offset_;
  const std::uint64_t last = first + std::min(length, size - first) - 1;
  const bool pair = source.dax != nullptr && source.block != nullptr;
  if (first < (pair ? superblock.data_offset(0) : superblock.metadata_bytes())) down = true;
  for (Inode& owner : contents.inodes) {
    const std::shared_lock lock(owner.lock);
    if (owner.type != InodeType::file) continue;
    for (const Extent& extent : owner.extents.all()) {
      const std::uint64_t begin = superblock.data_offset(extent.physical);
      if (begin <= last && first < begin + extent.count * kBlockBytes) owner.failed = true;
    }
  }
  return 0;
}

}  // namespace pmembench::fs
