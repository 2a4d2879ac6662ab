// A thread's work on the bytes of its files.
#include <algorithm>
#include <cerrno>

#include "fs/core.hpp"

namespace pmembench {

using fs::Core;
using fs::Inode;
using fs::kBlockBytes;
using fs::Piece;
using fs::RangeLock;
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
  const RangeLock::Guard range(inode->ranges.get(), offset, into.size(), false);
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
  if (offset > fs::kMaximumFileBytes || data.size() > fs::kMaximumFileBytes - offset) return -EFBIG;
  if (data.empty()) return 0;
  if (inode->ranges && !core_.options.copy_on_write) {
    const std::shared_lock lock(inode->lock);
    const RangeLock::Guard range(inode->ranges.get(), offset, data.size(), true);
    if (stays_in_place(*inode, offset, data.size())) return write_locked(*inode, offset, data);
  }
  const std::scoped_lock lock(inode->lock);
  return write_locked(*inode, offset, data);
}

// Has all of the range its blocks, and does it lie before the end? Then a write changes no inode.
bool FileSystemThread::stays_in_place(const Inode& inode, std::uint64_t offset,
                                      std::uint64_t size) const {
  const std::uint64_t end = offset + size;
  while (offset < end && end <= inode.size) {
    const Piece piece = core_.piece(inode, offset, end - offset);
    if (!piece.mapped) return false;
    offset += piece.bytes;
  }
  return offset == end;
}

std::int64_t FileSystemThread::write_locked(Inode& inode, std::uint64_t offset,
                                            std::span<const std::byte> data) {
  const int zeroed = zero_tail(inode, offset);
  if (zeroed < 0) return zeroed;
  std::size_t done = 0;
  std::int64_t piece = 0;
  while (done < data.size()) {
    piece = write_piece(inode, offset + done, data.subspan(done));
    if (piece == -ENOSPC && !inode.freed.empty()) {
      // What copying left behind is free once nothing durable refers to it.
      if (core_.commit_inode(inode, *context_) < 0) return -EIO;
      piece = write_piece(inode, offset + done, data.subspan(done));
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

// As much of `data` as lies in one extent or one hole.
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

// Into new blocks; what of the first and the last is not written is copied from the old ones, of
// which the first begins at `old_offset`.
std::int64_t FileSystemThread::write_fresh(Inode& inode, std::uint64_t offset,
                                           std::span<const std::byte> data,
                                           std::uint64_t old_offset) {
  const int room = core_.reserve_slots(inode, *context_);
  if (room < 0) return room;
  const std::uint32_t first = block_of(offset);
  const std::uint32_t want = blocks_for(offset + data.size()) - first;
  const Run run = core_.allocate(inode, *context_, first, want);
  if (run.count == 0) return -ENOSPC;
  std::uint64_t skip = offset % kBlockBytes;
  data = data.first(std::min<std::uint64_t>(data.size(), run.count * kBlockBytes - skip));
  const std::uint64_t to = core_.superblock.data_offset(run.start);
  for (std::size_t done = 0; done < data.size(); skip = 0) {
    const std::size_t left = data.size() - done;
    const bool whole = skip == 0 && left >= kBlockBytes;
    const std::size_t bytes =
        whole ? left / kBlockBytes * kBlockBytes : std::min<std::size_t>(left, kBlockBytes - skip);
    // Of the first block onwards: a part of a block begins with what is not written.
    const std::uint64_t at = (offset % kBlockBytes + done) / kBlockBytes * kBlockBytes;
    const auto part = data.subspan(done, bytes);
    const std::uint64_t old = old_offset == kNoOld ? kNoOld : old_offset + at;
    const int result =
        whole ? context_->data->persist(to + at, part) : write_block(to + at, old, skip, part);
    if (result < 0) {
      core_.data_blocks.free(run);
      return result;
    }
    done += bytes;
  }
  inode.extents.map(first, run, inode.freed);
  inode.dirty = true;
  return static_cast<std::int64_t>(data.size());
}

// One new block of which `data` are the bytes from `skip` on.
int FileSystemThread::write_block(std::uint64_t to, std::uint64_t old_offset, std::uint64_t skip,
                                  std::span<const std::byte> data) {
  auto& block = context_->block;
  if (old_offset == kNoOld) {
    block.fill(std::byte{0});
  } else if (context_->data->read(old_offset, block) < 0) {
    return -EIO;
  }
  std::copy(data.begin(), data.end(), block.begin() + static_cast<std::ptrdiff_t>(skip));
  return context_->data->persist(to, block);
}

// If the file becomes longer: what lies behind its end in its last block was never wiped.
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
  if (data.size() > fs::kMaximumFileBytes - size) return -EFBIG;
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

// From the end, so that whatever is committed on the way is a shorter file and nothing else.
int FileSystemThread::truncate_locked(Inode& inode, std::uint64_t size_bytes) {
  if (size_bytes < inode.size && inode.maps > 0) return -EBUSY;
  const int zeroed = zero_tail(inode, size_bytes);
  if (zeroed < 0) return zeroed;
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
  if (inode.extents.empty()) Core::drop_slots(inode);
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
    const Piece piece = core_.piece(*inode, at, size_bytes - at);
    const auto part = std::span(zeroes).first(std::min<std::size_t>(piece.bytes, zeroes.size()));
    result = piece.mapped ? static_cast<std::int64_t>(piece.bytes) : write_locked(*inode, at, part);
    at += static_cast<std::uint64_t>(std::max<std::int64_t>(result, 0));
  }
  if (result < 0) {
    return inode->size > size && truncate_locked(*inode, size) < 0 ? -EIO
                                                                   : static_cast<int>(result);
  }
  inode->size = std::max(size, size_bytes);
  return core_.commit_inode(*inode, *context_);
}

}  // namespace pmembench
