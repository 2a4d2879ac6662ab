// A thread's mappings: the bytes of a file as addresses of the dax device.
#include <algorithm>
#include <cerrno>
#include <mutex>

#include "fs/core.hpp"

namespace pmembench {
namespace {

// The device's address of [offset, offset + size), both whole pages, or a negative errno.
std::int64_t address_of(DaxDevice& device, DaxReader& reader, std::uint64_t offset,
                        std::uint64_t size, std::byte** address) {
  const ReadSection section(reader);
  for (std::uint64_t done = 0; done < size;) {
    void* part = nullptr;
    const std::int64_t pages =
        device.direct_access(section, (offset + done) / DAX_PAGE_BYTES,
                             (size - done) / DAX_PAGE_BYTES, DAX_ACCESS, &part);
    if (pages < 0) return pages;
    if (done == 0) *address = static_cast<std::byte*>(part);
    if (static_cast<std::byte*>(part) != *address + done) return -EOPNOTSUPP;
    done += static_cast<std::uint64_t>(pages) * DAX_PAGE_BYTES;
  }
  return 0;
}

}  // namespace

int FileSystemThread::map(int file, std::uint64_t size_bytes, bool synchronous,
                          std::span<std::byte>* mapping) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  fs::Inode& inode = *opened->inode;
  if (core_.down || inode.failed) return -EIO;
  DaxDevice* const device = core_.source.dax;
  if (device == nullptr || (synchronous && !device->synchronous())) return -EOPNOTSUPP;
  if (!opened->mapping.empty()) return -EBUSY;
  const std::scoped_lock lock(inode.lock);
  if (size_bytes == 0 || size_bytes > inode.size) return -EINVAL;
  const auto blocks =
      static_cast<std::uint32_t>((size_bytes + fs::kBlockBytes - 1) / fs::kBlockBytes);
  std::uint32_t covered = 0;
  for (const fs::Extent& extent : inode.extents.all()) {
    const bool joins = extent.logical == covered &&
                       extent.physical == inode.extents.all().front().physical + covered;
    if (covered >= blocks || !joins) break;
    covered += extent.count;
  }
  if (covered < blocks) return -EOPNOTSUPP;
  // Where the blocks are must be durable before anybody stores to them without asking.
  if (inode.dirty && core_.commit_inode(inode, *context_) < 0) return -EIO;
  const std::uint64_t offset = core_.superblock.data_offset(inode.extents.all().front().physical);
  std::byte* address = nullptr;
  const std::int64_t reached =
      address_of(*device, *context_->reader, offset, blocks * fs::kBlockBytes, &address);
  if (reached < 0) return static_cast<int>(reached);
  ++inode.maps;
  opened->mapping = {address, size_bytes};
  opened->mapping_offset = offset;
  *mapping = opened->mapping;
  return 0;
}

int FileSystemThread::sync_mapped(int file, std::span<std::byte> part, std::uint64_t unit_bytes) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  const std::span<std::byte> all = opened->mapping;
  const bool inside = !part.empty() && part.data() >= all.data() &&
                      part.data() + part.size() <= all.data() + all.size();
  if (!inside || unit_bytes == 0) return -EINVAL;
  if (core_.down || opened->inode->failed) return -EIO;
  const auto from = static_cast<std::uint64_t>(part.data() - all.data());
  const std::uint64_t first = from / unit_bytes * unit_bytes;
  const std::uint64_t end = std::min<std::uint64_t>(
      (from + part.size() + unit_bytes - 1) / unit_bytes * unit_bytes, all.size());
  dax_iter iter = fs::one_range(opened->mapping_offset + first, all.data() + first, end - first);
  iter.flags = DAX_ITER_STORED;
  DaxDevice& device = *core_.source.dax;
  if (device.flush(*context_->reader, iter) < 0) return -EIO;
  return device.drain(*context_->reader) < 0 ? -EIO : 0;
}

int FileSystemThread::unmap(int file) {
  fs::OpenFile* const opened = file_at(file);
  if (opened == nullptr) return -EBADF;
  if (opened->mapping.empty()) return -EINVAL;
  opened->mapping = {};
  --opened->inode->maps;
  return 0;
}

}  // namespace pmembench
