// A thread's work on the bytes of its files.
#include <algorithm>
#include <cerrno>

#include "fs/core.hpp"

namespace pmembench {

using fs::Core;
using fs::Extent;
using fs::Inode;
using fs::kBlockBytes;
using fs::RangeLock;
using fs::Run;

namespace {

constexpr std::uint64_t kNoOld = UINT64_MAX;  // a fresh block has nothing to keep: zeroes
constexpr std::size_t kZeroBytes = 64 * 1024;

std::uint32_t block_of(std::uint64_t offset) {
  return static_cast<std::uint32_t>(offset / kBlockBytes);
}
std::uint32_t blocks_for(std::uint64_t bytes) { return block_of(bytes + kBlockBytes - 1); }

// The ranges of a file, where its mount locks them. Under the inode's shared lock.
class MaybeRange {
 public:
  MaybeRange(Inode& inode, std::uint64_t offset, std::uint64_t size, bool exclusive) {
    if (inode.ranges) guard_.emplace(*inode.ranges, offset, size, exclusive);
  }

 private:
  std::optional<RangeLock::Guard> guard_;
};

}  // namespace

std::int64_t FileSystemThread::read(int file, std::uint64_t offset, std::span<std::byte> into) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  const std::shared_lock lock(inode.lock);
  if (offset >= inode.size) return 0;
  into = into.first(std::min<std::uint64_t>(into.size(), inode.size - offset));
  const MaybeRange range(inode, offset, into.size(), false);
  const auto asked = static_cast<std::int64_t>(into.size());
  while (!into.empty()) {
    const std::uint32_t block = block_of(offset);
    const Extent* const extent = inode.extents.find(block);
    const Extent* const next = extent != nullptr ? extent : inode.extents.next(block);
    const std::uint64_t end = extent != nullptr ? extent->end() * kBlockBytes
                              : next != nullptr ? next->logical * kBlockBytes
                                                : UINT64_MAX;
    const auto part = into.first(std::min<std::uint64_t>(into.size(), end - offset));
    if (extent == nullptr) {
      std::fill(part.begin(), part.end(), std::byte{0});
    } else {
      const std::uint64_t from =
          core_.superblock.data_offset(extent->physical) + (offset - extent->logical * kBlockBytes);
      if (context_->data->read(from, part) < 0) return -EIO;
    }
    offset += part.size();
    into = into.subspan(part.size());
  }
  return asked;
}

std::int64_t FileSystemThread::write(int file, std::uint64_t offset,
                                     std::span<const std::byte> data) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  if (offset > fs::kMaximumFileBytes || data.size() > fs::kMaximumFileBytes - offset) return -EFBIG;
  if (data.empty()) return 0;
  if (inode.ranges && !core_.options.copy_on_write) {
    const std::shared_lock lock(inode.lock);
    const MaybeRange range(inode, offset, data.size(), true);
    const std::int64_t done = overwrite(inode, offset, data);
    if (done != 0) return done;
  }
  const std::scoped_lock lock(inode.lock);
  return write_locked(inode, offset, data);
}

// In place, where all of the range has its blocks and lies before the end; 0: it does not. Under
// the shared lock and the range's.
std::int64_t FileSystemThread::overwrite(Inode& inode, std::uint64_t offset,
                                         std::span<const std::byte> data) {
  if (offset + data.size() > inode.size) return 0;
  const auto asked = static_cast<std::int64_t>(data.size());
  while (!data.empty()) {
    const Extent* const extent = inode.extents.find(block_of(offset));
    if (extent == nullptr) return 0;
    const std::uint64_t within = offset - extent->logical * kBlockBytes;
    const auto part =
        data.first(std::min<std::uint64_t>(data.size(), extent->count * kBlockBytes - within));
    const std::uint64_t to = core_.superblock.data_offset(extent->physical) + within;
    if (context_->data->persist(to, part) < 0) return -EIO;
    offset += part.size();
    data = data.subspan(part.size());
  }
  return asked;
}

std::int64_t FileSystemThread::write_locked(Inode& inode, std::uint64_t offset,
                                            std::span<const std::byte> data) {
  if (offset > inode.size) {
    const int zeroed = zero_tail(inode, offset);
    if (zeroed < 0) return zeroed;
  }
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
    if (inode.extents.dirty().size() > Core::kDirtyLimit &&
        core_.commit_inode(inode, *context_) < 0) {
      return -EIO;
    }
  }
  return done > 0 ? static_cast<std::int64_t>(done) : piece;
}

// As much of `data` as lies in one extent or one hole.
std::int64_t FileSystemThread::write_piece(Inode& inode, std::uint64_t offset,
                                           std::span<const std::byte> data) {
  const std::uint32_t block = block_of(offset);
  const Extent* const extent = inode.extents.find(block);
  if (extent == nullptr) {
    const Extent* const next = inode.extents.next(block);
    const std::uint64_t end = next != nullptr ? next->logical * kBlockBytes : UINT64_MAX;
    return write_fresh(inode, offset,
                       data.first(std::min<std::uint64_t>(data.size(), end - offset)), kNoOld);
  }
  const std::uint64_t within = offset - extent->logical * kBlockBytes;
  auto part =
      data.first(std::min<std::uint64_t>(data.size(), extent->count * kBlockBytes - within));
  const std::uint64_t at = core_.superblock.data_offset(extent->physical) + within;
  // Bytes behind the end are nobody's yet, and a mapping's must stay where they are.
  if (!core_.options.copy_on_write || offset >= inode.size || inode.maps > 0) {
    if (context_->data->persist(at, part) < 0) return -EIO;
    return static_cast<std::int64_t>(part.size());
  }
  part = part.first(std::min<std::uint64_t>(part.size(), inode.size - offset));
  return write_fresh(inode, offset, part, at - offset % kBlockBytes);
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
  const std::uint64_t end = (std::uint64_t{first} + run.count) * kBlockBytes;
  data = data.first(std::min<std::uint64_t>(data.size(), end - offset));
  const auto asked = static_cast<std::int64_t>(data.size());
  std::uint64_t to = core_.superblock.data_offset(run.start);
  std::uint64_t skip = offset % kBlockBytes;
  int result = 0;
  while (!data.empty() && result == 0) {
    const bool whole = skip == 0 && data.size() >= kBlockBytes;
    const std::size_t bytes = whole ? data.size() / kBlockBytes * kBlockBytes
                                    : std::min<std::size_t>(data.size(), kBlockBytes - skip);
    result = whole ? context_->data->persist(to, data.first(bytes))
                   : write_block(to, old_offset, skip, data.first(bytes));
    const std::uint64_t passed = whole ? bytes : kBlockBytes;
    to += passed;
    if (old_offset != kNoOld) old_offset += passed;
    skip = 0;
    data = data.subspan(bytes);
  }
  if (result < 0) {
    core_.data_blocks.free(run);
    return result;
  }
  inode.extents.map(first, run, inode.freed);
  inode.dirty = true;
  return asked;
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

// The file will be longer: what lies behind its end in its last block was never wiped.
int FileSystemThread::zero_tail(Inode& inode, std::uint64_t until) {
  const std::uint64_t from = inode.size;
  const std::uint64_t to = std::min(until, blocks_for(from) * kBlockBytes);
  const Extent* const extent = inode.extents.find(block_of(from));
  if (from >= to || extent == nullptr) return 0;
  context_->block.fill(std::byte{0});
  const std::uint64_t at =
      core_.superblock.data_offset(extent->physical) + (from - extent->logical * kBlockBytes);
  return context_->data->persist(at, std::span(context_->block).first(to - from));
}

std::int64_t FileSystemThread::append(int file, std::span<const std::byte> data) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  const std::scoped_lock lock(inode.lock);
  const std::uint64_t size = inode.size;
  if (data.size() > fs::kMaximumFileBytes - size) return -EFBIG;
  const std::int64_t done = write_locked(inode, size, data);
  if (done == static_cast<std::int64_t>(data.size())) return static_cast<std::int64_t>(inode.size);
  if (inode.size > size && truncate_locked(inode, size) < 0) return -EIO;
  return done < 0 ? done : -ENOSPC;
}

int FileSystemThread::fsync(int file) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  if (!inode.dirty) return context_->data->data_barrier();
  const std::scoped_lock lock(inode.lock);
  return core_.commit_inode(inode, *context_);
}

int FileSystemThread::truncate(int file, std::uint64_t size_bytes) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  if (size_bytes > fs::kMaximumFileBytes) return -EFBIG;
  const std::scoped_lock lock(inode.lock);
  return truncate_locked(inode, size_bytes);
}

// From the end, so that whatever is committed on the way is a shorter file and nothing else.
int FileSystemThread::truncate_locked(Inode& inode, std::uint64_t size_bytes) {
  if (size_bytes < inode.size && inode.maps > 0) return -EBUSY;
  if (size_bytes > inode.size) {
    const int zeroed = zero_tail(inode, size_bytes);
    if (zeroed < 0) return zeroed;
  }
  const std::uint32_t blocks = blocks_for(size_bytes);
  core_.release_window(inode);
  while (!inode.extents.empty() && inode.extents.all().back().end() > blocks) {
    inode.extents.cut_last(blocks, inode.freed);
    if (inode.extents.dirty().size() <= Core::kDirtyLimit || inode.extents.empty()) continue;
    inode.size = std::max(
        size_bytes,
        std::min<std::uint64_t>(inode.size, inode.extents.all().back().end() * kBlockBytes));
    if (core_.commit_inode(inode, *context_) < 0) return -EIO;
  }
  inode.size = size_bytes;
  if (!inode.extents.empty()) return core_.commit_inode(inode, *context_);
  const auto chain = Core::take_slots(inode);
  const int result = core_.commit_inode(inode, *context_);
  if (result == 0) core_.free_chain(chain);
  return result;
}

int FileSystemThread::preallocate(int file, std::uint64_t size_bytes) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  if (size_bytes > fs::kMaximumFileBytes) return -EFBIG;
  const std::scoped_lock lock(inode.lock);
  const std::uint64_t size = inode.size;
  const int result = fill_holes(inode, size_bytes);
  if (result < 0 && inode.size > size && truncate_locked(inode, size) < 0) return -EIO;
  return result < 0 ? result : core_.commit_inode(inode, *context_);
}

int FileSystemThread::fill_holes(Inode& inode, std::uint64_t size_bytes) {
  if (size_bytes > inode.size) {
    const int zeroed = zero_tail(inode, size_bytes);
    if (zeroed < 0) return zeroed;
  }
  const std::vector<std::byte> zeroes(kZeroBytes);
  const std::uint32_t end = blocks_for(size_bytes);
  for (std::uint32_t block = 0; block < end;) {
    if (const Extent* const extent = inode.extents.find(block); extent != nullptr) {
      block = extent->end();
      continue;
    }
    const Extent* const next = inode.extents.next(block);
    const std::uint32_t hole_end = next != nullptr ? std::min(next->logical, end) : end;
    const int room = core_.reserve_slots(inode, *context_);
    if (room < 0) return room;
    const Run run = core_.allocate(inode, *context_, block, hole_end - block);
    if (run.count == 0) return -ENOSPC;
    const std::uint64_t bytes = run.count * kBlockBytes;
    for (std::uint64_t done = 0; done < bytes; done += kZeroBytes) {
      const auto part = std::span(zeroes).first(std::min<std::uint64_t>(kZeroBytes, bytes - done));
      if (context_->data->persist(core_.superblock.data_offset(run.start) + done, part) == 0) {
        continue;
      }
      core_.data_blocks.free(run);
      return -EIO;
    }
    inode.extents.map(block, run, inode.freed);
    block += run.count;
    inode.size = std::max(inode.size, std::min(size_bytes, block * kBlockBytes));
    inode.dirty = true;
    if (inode.extents.dirty().size() > Core::kDirtyLimit &&
        core_.commit_inode(inode, *context_) < 0) {
      return -EIO;
    }
  }
  inode.size = std::max(inode.size, size_bytes);
  return 0;
}

}  // namespace pmembench
