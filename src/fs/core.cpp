#include "fs/core.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace pmembench::fs {

Core::Core(const MountSource& mounted, const Superblock& sb, MountOptions how,
           std::unique_ptr<Store> meta, std::unique_ptr<Store> data)
    : source(mounted),
      superblock(sb),
      options(std::move(how)),
      meta_blocks(sb.meta_blocks, 1),
      data_blocks(sb.data_blocks, std::max(options.groups, 1U)),
      meta_store_(std::move(meta)),
      data_store_(std::move(data)),
      journal_(
          sb, meta_store_->sectors(),
          options.journal.empty() ? default_procedure(meta_store_->sectors()) : options.journal),
      numbers_(options.groups),
      table_(std::make_unique<std::atomic<Inode*>[]>(sb.inodes + std::size_t{1})) {}

Core::~Core() {
  holder.reset();  // nobody calls in any more
  for (std::uint32_t number = 0; number <= superblock.inodes; ++number) delete inode(number);
}

std::unique_ptr<Context> Core::make_context(std::uint32_t index) {
  auto context = std::make_unique<Context>();
  context->meta = meta_store_->session();
  context->data = data_store_ ? data_store_->session() : meta_store_->session();
  if (source.dax != nullptr) context->reader.emplace(source.dax->make_reader());
  context->index = index;
  return context;
}

// ---- inodes ----

Inode& Core::adopt(std::uint32_t number, const InodeHeader& header) {
  auto fresh = std::make_unique<Inode>();
  fresh->number = number;
  fresh->generation = header.generation;
  fresh->type = header.type;
  fresh->size = header.size_bytes;
  fresh->parent = header.parent;
  if (options.locks == FileLocks::byte_range && header.type == InodeType::file) {
    fresh->ranges = std::make_unique<RangeLock>();
  }
  if (header.type == InodeType::directory) fresh->directory = std::make_unique<Directory>();
  Inode* const inode = fresh.release();  // the table's own, until unmount
  table_[number].store(inode);
  return *inode;
}

Inode* Core::make_inode(Context& context, InodeType type, std::uint32_t parent) {
  const std::uint32_t number = numbers_.take(context.index);
  if (number == 0) return nullptr;
  InodeHeader header;
  header.type = type;
  header.parent = type == InodeType::directory ? parent : 0;
  header.generation = 1;
  Inode* const old = inode(number);
  if (old == nullptr) return &adopt(number, header);
  const std::scoped_lock lock(old->lock);
  old->generation += 1;
  old->type = type;
  old->size = 0;
  old->parent = header.parent;
  old->unlinked = old->failed = old->dirty = false;
  old->directory.reset();
  if (type == InodeType::directory) old->directory = std::make_unique<Directory>();
  if (options.locks == FileLocks::byte_range && !old->ranges) {
    old->ranges = std::make_unique<RangeLock>();
  }
  return old;
}

void Core::drop_inode(Inode& inode, std::uint32_t shard) {
  BlockAllocator& blocks = inode.type == InodeType::directory ? meta_blocks : data_blocks;
  for (const Extent& extent : inode.extents.all()) blocks.free({extent.physical, extent.count});
  free_chain(take_slots(inode));
  settle(inode);
  release_window(inode);
  inode.type = InodeType::free;
  inode.unlinked = true;
  numbers_.add(inode.number, shard);
}

std::vector<std::uint32_t> Core::take_slots(Inode& inode) {
  inode.extents.clear();
  inode.chain_logged = 0;
  return std::exchange(inode.chain, {});
}

void Core::free_chain(const std::vector<std::uint32_t>& chain) {
  for (const std::uint32_t block : chain) meta_blocks.free({block, 1});
}

int Core::reserve_slots(Inode& inode, Context& context) {
  const ExtentMap& extents = inode.extents;
  const std::size_t room =
      extents.slots_free() + kInlineExtents + inode.chain.size() * kExtentsPerBlock;
  if (extents.slots_used() + std::size_t{2} <= room) return 0;
  const Run run = meta_blocks.allocate(1, BlockAllocator::kNoGoal, context.index);
  if (run.count == 0) return -ENOSPC;
  inode.chain.push_back(run.start);
  return 0;
}

Run Core::allocate(Inode& inode, Context& context, std::uint32_t logical, std::uint32_t want) {
  std::uint32_t goal = inode.extents.goal(logical);
  const std::uint32_t phase = logical % kHugeBlocks;
  if (want >= kHugeBlocks) {
    // Large pieces begin anew where a large page can, and reach that point by a small one.
    if (phase != 0) want = kHugeBlocks - phase;
    if (phase == 0 && goal % kHugeBlocks != 0) goal = BlockAllocator::kNoGoal;
    release_window(inode);
  } else if (phase == 0 && logical != 0 && inode.window.count == 0) {
    Run window = data_blocks.allocate(kHugeBlocks, BlockAllocator::kNoGoal, context.index);
    if (window.count < kHugeBlocks) {
      data_blocks.free(window);
      window = {};
    }
    inode.window = window;
    goal = window.count > 0 ? window.start : goal;
  }
  if (inode.window.count > 0 && inode.window.start == goal) {
    const Run run{goal, std::min(want, inode.window.count)};
    inode.window = {goal + run.count, inode.window.count - run.count};
    return run;
  }
  release_window(inode);
  return data_blocks.allocate(want, goal, context.index);
}

void Core::release_window(Inode& inode) {
  data_blocks.free(inode.window);
  inode.window = {};
}

// ---- transactions ----

InodeHeader Core::header_of(const Inode& inode, std::uint16_t links) const {
  InodeHeader header;
  header.type = inode.type;
  header.links = links;
  header.size_bytes = inode.size;
  header.number = inode.number;
  header.generation = inode.generation;
  header.slots = inode.extents.slots_used();
  header.chain = inode.chain.empty() ? 0 : inode.chain.front() + 1;
  header.parent = inode.parent;
  header.check = check_of(header);
  return header;
}

std::uint64_t Core::slot_offset(const Inode& inode, std::uint32_t slot) const {
  if (slot < kInlineExtents) {
    return superblock.inode_offset(inode.number) + kLineBytes + slot * sizeof(ExtentSlot);
  }
  const std::uint32_t behind = slot - kInlineExtents;
  return superblock.meta_offset(inode.chain[behind / kExtentsPerBlock]) + kLineBytes +
         behind % kExtentsPerBlock * sizeof(ExtentSlot);
}

void Core::log_inode(const Inode& inode, Transaction& transaction) const {
  transaction.add(superblock.inode_offset(inode.number),
                  bytes_of(header_of(inode, inode.unlinked ? 0 : 1)));
  for (const std::uint32_t index : inode.extents.dirty()) {
    ExtentSlot slot = inode.extents.slot(index);
    slot.check = check_of(slot, inode.number, inode.generation, index);
    transaction.add(slot_offset(inode, index), bytes_of(slot));
  }
  // A new block of extents is linked from the one before it.
  if (inode.chain_logged == inode.chain.size()) return;
  for (std::uint32_t i = inode.chain_logged == 0 ? 0 : inode.chain_logged - 1;
       i < inode.chain.size(); ++i) {
    ChainHeader header;
    header.number = inode.number;
    header.generation = inode.generation;
    header.index = i;
    header.next = i + 1 < inode.chain.size() ? inode.chain[i + 1] + 1 : 0;
    header.check = check_of(header);
    transaction.add(superblock.meta_offset(inode.chain[i]), bytes_of(header));
  }
}

void Core::log_free_inode(const Inode& inode, Transaction& transaction) const {
  transaction.add(superblock.inode_offset(inode.number), bytes_of(InodeHeader{}));
}

void Core::log_entry(const Inode& directory, const EntryPlace& place, std::string_view name,
                     const Inode* target, Transaction& transaction) const {
  std::array<std::byte, kMaximumEntryBytes> lines{};
  const auto used = std::span(lines).first(place.lines * kLineBytes);
  if (target != nullptr) {
    encode_entry(used, name, target->number, target->generation, directory.number);
  }
  const Extent& extent = *directory.extents.find(place.block);
  const std::uint32_t block = extent.physical + (place.block - extent.logical);
  transaction.add(superblock.meta_offset(block) + place.line * kLineBytes, used);
}

int Core::commit(Context& context) {
  const int result = journal_.commit(*context.meta, context.transaction, context.index);
  if (result < 0) down = true;
  return result;
}

void Core::settle(Inode& inode) {
  inode.extents.clean();
  inode.chain_logged = static_cast<std::uint32_t>(inode.chain.size());
  BlockAllocator& blocks = inode.type == InodeType::directory ? meta_blocks : data_blocks;
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

// ---- the device's holder ----

Holder::~Holder() {
  if (device_ != nullptr) device_->release(this);
}

int Holder::hold(const MountSource& source) {
  DaxDevice* device = source.dax;
  if (device == nullptr) {
    const auto beneath = source.block->dax();
    if (!beneath) return 0;
    device = beneath->device;
    offset_bytes_ = beneath->offset_bytes;
  }
  const int result = device->hold(this);
  if (result == 0) device_ = device;
  return result;
}

int Holder::notify_failure(std::uint64_t offset, std::uint64_t length, int flags) {
  Core* const mounted = core;
  if (mounted == nullptr) return 0;
  if ((flags & kPreRemove) != 0) {
    mounted->down = true;
    return 0;
  }
  const std::uint64_t size = mounted->source.dax != nullptr ? mounted->source.dax->size_bytes()
                                                            : mounted->source.block->size_bytes();
  if (length == 0 || offset < offset_bytes_ || offset - offset_bytes_ >= size) return -ENXIO;
  const std::uint64_t first = offset - offset_bytes_;
  return mounted->fail(first, first + std::min(length, size - first) - 1);
}

int Core::fail(std::uint64_t first, std::uint64_t last) {
  const bool pair = source.dax != nullptr && source.block != nullptr;
  if (first < (pair ? superblock.data_offset(0) : superblock.metadata_bytes())) down = true;
  for (std::uint32_t number = 1; number <= superblock.inodes; ++number) {
    Inode* const owner = inode(number);
    if (owner == nullptr) continue;
    const std::shared_lock lock(owner->lock);
    if (owner->type != InodeType::file) continue;
    for (const Extent& extent : owner->extents.all()) {
      const std::uint64_t begin = superblock.data_offset(extent.physical);
      if (begin <= last && first < begin + extent.count * kBlockBytes) owner->failed = true;
    }
  }
  return 0;
}

}  // namespace pmembench::fs
