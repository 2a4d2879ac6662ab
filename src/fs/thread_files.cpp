// A thread's work on the bytes of its files.
#include <algorithm>
#include <cerrno>

#include "dax/one_piece.hpp"
#include "dax/one_range.hpp"
#include "fs/core.hpp"

namespace pmembench {

using fs::Core;
using fs::Inode;
using fs::kBlockBytes;
using fs::Piece;
using fs::Run;

namespace {

constexpr std::uint64_t kNoOld = UINT64_MAX;  // a fresh block has nothing to keep: zeroes

std::uint32_t block_of(std::uint64_t offset) {
  return static_cast<std::uint32_t>(offset / kBlockBytes);
}
std::uint32_t blocks_for(std::uint64_t bytes) { return block_of(bytes + kBlockBytes - 1); }

}  // namespace

std::int64_t FileSystemThread::read(int file, std::uint64_t offset, std::span<std::byte> into) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  const std::shared_lock lock(inode->lock);
  if (offset >= inode->size) return 0;
  into = into.first(std::min<std::uint64_t>(into.size(), inode->size - offset));
  const RangeLock::Guard range(core_.ranges_of(*inode), offset, into.size(), false);
  for (std::uint64_t done = 0; done < into.size();) {
    const Piece piece = core_.piece(*inode, offset + done, into.size() - done);
    const auto part = into.subspan(done, piece.bytes);
    if (!piece.mapped) {
      std::fill(part.begin(), part.end(), std::byte{0});
    } else if (context_->data->read(piece.at, part) < 0) {
      return -EIO;
    }
    done += piece.bytes;
  }
  return static_cast<std::int64_t>(into.size());
}

std::int64_t FileSystemThread::write(int file, std::uint64_t offset,
                                     std::span<const std::byte> data) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  if (data.empty()) return 0;
  RangeLock* const ranges = core_.ranges_of(*inode);
  if (ranges != nullptr && !core_.options.copy_on_write) {
    const std::shared_lock lock(inode->lock);
    const RangeLock::Guard range(ranges, offset, data.size(), true);
    // A write within one extent and before the end changes no inode.
    const Piece piece = core_.piece(*inode, offset, data.size());
    const bool whole = piece.mapped && piece.bytes == data.size();
    if (whole && offset + data.size() <= inode->size) return write_locked(*inode, offset, data);
  }
  const std::scoped_lock lock(inode->lock);
  return write_locked(*inode, offset, data);
}

std::int64_t FileSystemThread::write_locked(Inode& inode, std::uint64_t offset,
                                            std::span<const std::byte> data) {
  if (offset > fs::kMaximumFileBytes || data.size() > fs::kMaximumFileBytes - offset) return -EFBIG;
  if (const int error = zero_tail(inode, offset); error < 0) return error;
  std::size_t done = 0;
  std::int64_t piece = 0;
  while (done < data.size()) {
    piece = write_piece(inode, offset + done, data.subspan(done));
    if (piece == -ENOSPC && !inode.freed.empty()) {
      // What copying left behind is free once nothing durable refers to it.
      if (core_.commit_inode(inode, *context_) < 0) return -EIO;
      continue;
    }
    if (piece < 0) break;
    done += static_cast<std::size_t>(piece);
    if (offset + done > inode.size) {
      inode.size = offset + done;
      inode.dirty = true;
    }
    const bool full = inode.extents.changes().size() > Core::kDirtyLimit;
    if (full && core_.commit_inode(inode, *context_) < 0) return -EIO;
  }
  return done > 0 ? static_cast<std::int64_t>(done) : piece;
}

// As much of `data` as is in one extent or one hole.
std::int64_t FileSystemThread::write_piece(Inode& inode, std::uint64_t offset,
                                           std::span<const std::byte> data) {
  const Piece piece = core_.piece(inode, offset, data.size());
  data = data.first(piece.bytes);
  if (!piece.mapped) return write_fresh(inode, offset, data, kNoOld);
  // Bytes behind the end are nobody's yet, and a mapping's must stay where they are.
  if (!core_.options.copy_on_write || offset >= inode.size || inode.maps > 0) {
    if (context_->data->persist(piece.at, data) < 0) return -EIO;
    return static_cast<std::int64_t>(data.size());
  }
  data = data.first(std::min<std::uint64_t>(data.size(), inode.size - offset));
  return write_fresh(inode, offset, data, piece.at - offset % kBlockBytes);
}

// Into new blocks: as many whole ones as there are, or a part of one, the rest of which is copied
// from the old block at `old_offset`.
std::int64_t FileSystemThread::write_fresh(Inode& inode, std::uint64_t offset,
                                           std::span<const std::byte> data,
                                           std::uint64_t old_offset) {
  if (const int error = core_.reserve_slots(inode, *context_); error < 0) return error;
  const std::uint64_t skip = offset % kBlockBytes;
  const bool whole = skip == 0 && data.size() >= kBlockBytes;
  const std::uint64_t most = whole ? data.size() / kBlockBytes * kBlockBytes : kBlockBytes - skip;
  const Run run = core_.allocate(inode, *context_, block_of(offset), blocks_for(most));
  if (run.count == 0) return -ENOSPC;
  data = data.first(std::min({data.size(), most, run.count * kBlockBytes}));
  const std::uint64_t to = core_.superblock.data_offset(run.start);
  int result = 0;
  if (whole) {
    result = context_->data->persist(to, data);
  } else {
    auto& block = context_->block;
    if (old_offset == kNoOld) block.fill(std::byte{0});
    if (old_offset != kNoOld) result = context_->data->read(old_offset, block);
    std::copy(data.begin(), data.end(), block.begin() + static_cast<std::ptrdiff_t>(skip));
    if (result == 0) result = context_->data->persist(to, block);
  }
  if (result < 0) {
    core_.contents.data.free(run);
    return result;
  }
  inode.extents.map(block_of(offset), run, inode.freed);
  inode.dirty = true;
  return static_cast<std::int64_t>(data.size());
}

// If the file becomes longer: the bytes behind its end in its last block were never wiped.
int FileSystemThread::zero_tail(const Inode& inode, std::uint64_t until) {
  const std::uint64_t from = inode.size;
  const std::uint64_t to = std::min(until, blocks_for(from) * kBlockBytes);
  if (from >= to) return 0;
  const Piece piece = core_.piece(inode, from, to - from);
  if (!piece.mapped) return 0;
  context_->block.fill(std::byte{0});
  return context_->data->persist(piece.at, std::span(context_->block).first(piece.bytes));
}

std::int64_t FileSystemThread::append(int file, std::span<const std::byte> data) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  const std::scoped_lock lock(inode->lock);
  const std::uint64_t size = inode->size;
  const std::int64_t done = write_locked(*inode, size, data);
  if (done == static_cast<std::int64_t>(data.size())) return static_cast<std::int64_t>(inode->size);
  if (inode->size > size && truncate_locked(*inode, size) < 0) return -EIO;
  return done < 0 ? done : -ENOSPC;
}

int FileSystemThread::fsync(int file) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  if (!inode->dirty) return context_->data->data_barrier();
  const std::scoped_lock lock(inode->lock);
  return core_.commit_inode(*inode, *context_);
}

int FileSystemThread::truncate(int file, std::uint64_t size_bytes) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  if (size_bytes > fs::kMaximumFileBytes) return -EFBIG;
  const std::scoped_lock lock(inode->lock);
  return truncate_locked(*inode, size_bytes);
}

// From the end, so that every intermediate commit is a shorter file and nothing else.
int FileSystemThread::truncate_locked(Inode& inode, std::uint64_t size_bytes) {
  if (size_bytes < inode.size && inode.maps > 0) return -EBUSY;
  if (const int error = zero_tail(inode, size_bytes); error < 0) return error;
  const std::uint32_t blocks = blocks_for(size_bytes);
  while (!inode.extents.empty() && inode.extents.all().back().end() > blocks) {
    const fs::Extent& last = inode.extents.all().back();
    const std::uint32_t first = std::max(last.logical, blocks);
    inode.extents.cut(first, last.end() - first, inode.freed);
    if (inode.extents.changes().size() <= Core::kDirtyLimit) continue;
    inode.size = std::max(size_bytes, std::min(inode.size, first * kBlockBytes));
    if (core_.commit_inode(inode, *context_) < 0) return -EIO;
  }
  inode.size = size_bytes;
  if (inode.extents.empty()) inode.extents = {};  // no slot is in use, so none needs a change
  return core_.commit_inode(inode, *context_);
}

int FileSystemThread::preallocate(int file, std::uint64_t size_bytes) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  if (size_bytes > fs::kMaximumFileBytes) return -EFBIG;
  const std::scoped_lock lock(inode->lock);
  const std::uint64_t size = inode->size;
  std::int64_t result = zero_tail(*inode, size_bytes);
  // In large pieces, as for these a place for large pages is found.
  const std::vector<std::byte> zeroes(std::min(size_bytes, fs::kHugeBlocks * kBlockBytes));
  for (std::uint64_t at = 0; at < size_bytes && result >= 0;) {
    const Piece piece = core_.piece(*inode, at, std::min(size_bytes - at, zeroes.size()));
    result = piece.mapped ? static_cast<std::int64_t>(piece.bytes)
                          : write_locked(*inode, at, std::span(zeroes).first(piece.bytes));
    at += static_cast<std::uint64_t>(std::max<std::int64_t>(result, 0));
  }
  if (result < 0) {
    return inode->size > size && truncate_locked(*inode, size) < 0 ? -EIO
                                                                   : static_cast<int>(result);
  }
  inode->size = std::max(size, size_bytes);
  return core_.commit_inode(*inode, *context_);
}

// ---- mappings: the bytes of a file as addresses of the dax device ----

int FileSystemThread::map(int file, std::uint64_t size_bytes, bool synchronous,
                          std::span<std::byte>* mapping) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  fs::OpenFile& open = *opened(file);
  DaxDevice* const device = core_.source.dax;
  if (device == nullptr || (synchronous && !device->synchronous())) return -EOPNOTSUPP;
  if (!open.mapping.empty()) return -EBUSY;
  const std::scoped_lock lock(inode->lock);
  if (size_bytes == 0 || size_bytes > inode->size) return -EINVAL;
  const std::uint64_t offset = core_.piece(*inode, 0, size_bytes).at;
  for (std::uint64_t reached = 0; reached < size_bytes;) {
    const Piece part = core_.piece(*inode, reached, size_bytes - reached);
    if (!part.mapped || part.at != offset + reached) return -EOPNOTSUPP;
    reached += part.bytes;
  }
  // Where the blocks are must be durable before anybody stores to them without asking.
  if (inode->dirty && core_.commit_inode(*inode, *context_) < 0) return -EIO;
  const std::uint64_t pages_bytes =
      (size_bytes + DAX_PAGE_BYTES - 1) / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
  const ReadSection section(*context_->reader);
  const OnePiece piece = address_of(*device, section, offset, pages_bytes);
  if (piece.error < 0) return piece.error == -ERANGE ? -EOPNOTSUPP : static_cast<int>(piece.error);
  ++inode->maps;
  open.mapping = {piece.address, size_bytes};
  open.mapping_offset = offset;
  *mapping = open.mapping;
  return 0;
}

int FileSystemThread::sync_mapped(int file, std::span<std::byte> part, std::uint64_t unit_bytes) {
  Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  const fs::OpenFile& open = *opened(file);
  const std::span<std::byte> all = open.mapping;
  const bool inside = !part.empty() && part.data() >= all.data() &&
                      part.data() + part.size() <= all.data() + all.size();
  if (!inside || unit_bytes == 0) return -EINVAL;
  const auto from = static_cast<std::uint64_t>(part.data() - all.data());
  const std::uint64_t first = from / unit_bytes * unit_bytes;
  const std::uint64_t end = std::min<std::uint64_t>(
      (from + part.size() + unit_bytes - 1) / unit_bytes * unit_bytes, all.size());
  dax_iter iter = one_range(open.mapping_offset + first, all.data() + first, end - first);
  iter.flags = DAX_ITER_STORED;
  DaxDevice& device = *core_.source.dax;
  if (device.flush(*context_->reader, iter) < 0) return -EIO;
  return device.drain(*context_->reader) < 0 ? -EIO : 0;
}

int FileSystemThread::unmap(int file) {
  fs::OpenFile* const open = opened(file);
  if (open == nullptr) return -EBADF;
  if (open->mapping.empty()) return -EINVAL;
  open->mapping = {};
  --open->inode->maps;
  return 0;
}

}  // namespace pmembench
