// A thread's mappings: the bytes of a file as addresses of the dax device.
#include <algorithm>
#include <cerrno>
#include <mutex>

#include "dax/one_range.hpp"
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
  fs::Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  fs::OpenFile& opened = files_[static_cast<std::size_t>(file)];
  DaxDevice* const device = core_.source.dax;
  if (device == nullptr || (synchronous && !device->synchronous())) return -EOPNOTSUPP;
  if (!opened.mapping.empty()) return -EBUSY;
  const std::scoped_lock lock(inode->lock);
  if (size_bytes == 0 || size_bytes > inode->size) return -EINVAL;
  const std::uint64_t offset = core_.piece(*inode, 0, size_bytes).at;
  for (std::uint64_t reached = 0; reached < size_bytes;) {
    const fs::Piece piece = core_.piece(*inode, reached, size_bytes - reached);
    if (!piece.mapped || piece.at != offset + reached) return -EOPNOTSUPP;
    reached += piece.bytes;
  }
  // Where the blocks are must be durable before anybody stores to them without asking.
  if (inode->dirty && core_.commit_inode(*inode, *context_) < 0) return -EIO;
  const std::uint64_t pages_bytes =
      (size_bytes + DAX_PAGE_BYTES - 1) / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
  std::byte* address = nullptr;
  const std::int64_t result = address_of(*device, *context_->reader, offset, pages_bytes, &address);
  if (result < 0) return static_cast<int>(result);
  ++inode->maps;
  opened.mapping = {address, size_bytes};
  opened.mapping_offset = offset;
  *mapping = opened.mapping;
  return 0;
}

int FileSystemThread::sync_mapped(int file, std::span<std::byte> part, std::uint64_t unit_bytes) {
  fs::Inode* inode = nullptr;
  if (const int error = find_file(file, &inode); error < 0) return error;
  const fs::OpenFile& opened = files_[static_cast<std::size_t>(file)];
  const std::span<std::byte> all = opened.mapping;
  const bool inside = !part.empty() && part.data() >= all.data() &&
                      part.data() + part.size() <= all.data() + all.size();
  if (!inside || unit_bytes == 0) return -EINVAL;
  const auto from = static_cast<std::uint64_t>(part.data() - all.data());
  const std::uint64_t first = from / unit_bytes * unit_bytes;
  const std::uint64_t end = std::min<std::uint64_t>(
      (from + part.size() + unit_bytes - 1) / unit_bytes * unit_bytes, all.size());
  dax_iter iter = one_range(opened.mapping_offset + first, all.data() + first, end - first);
  iter.flags = DAX_ITER_STORED;
  DaxDevice& device = *core_.source.dax;
  if (device.flush(*context_->reader, iter) < 0) return -EIO;
  return device.drain(*context_->reader) < 0 ? -EIO : 0;
}

int FileSystemThread::unmap(int file) {
  if (!is_open(file)) return -EBADF;
  fs::OpenFile& opened = files_[static_cast<std::size_t>(file)];
  if (opened.mapping.empty()) return -EINVAL;
  opened.mapping = {};
  --opened.inode->maps;
  return 0;
}

}  // namespace pmembench
