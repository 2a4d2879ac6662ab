// What all backends share whose handle is, or begins with, a dax_mapping: one table maker, and the
// operations that do not depend on how a store becomes durable.
#pragma once

#include "backends/copy_kernels.h"
#include "backends/dax_operations.h"
#include "backends/flush_kernels.h"

namespace pmembench {

inline const dax_mapping& mapping_of(void* handle) noexcept {
  return *static_cast<const dax_mapping*>(handle);
}

// 0 where pages [page_offset, page_offset + pages) lie in `size_bytes`; -EINVAL, -ERANGE.
int check_pages(std::uint64_t size_bytes, std::uint64_t page_offset, std::uint64_t pages) noexcept;

std::int64_t mapped_direct_access(void* handle, std::uint64_t page_offset, std::uint64_t pages,
                                  std::uint32_t mode, void** address) noexcept;
std::int64_t mapped_copy_to_iter(void* handle, dax_iter* iter) noexcept;
int mapped_choose_read_kernel(void* handle, std::uint32_t index, char* name,
                              std::uint64_t bytes) noexcept;
// sfence: it also orders the weakly ordered write-backs and non-temporal stores before it.
int mapped_drain(void* handle) noexcept;
// Page-aligned ranges are overwritten past the cache, whatever the backend's own way: a cached
// store would first read the bad line. 0 for other ranges: part of a bad page stays bad.
std::int64_t mapped_recovery_write(void* handle, dax_iter* iter) noexcept;

template <Store store>
int mapped_zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  const int refused = check_pages(mapping.size_bytes, page_offset, pages);
  if (refused != 0) return refused;
  zero_lines<store>(mapping, page_offset * DAX_PAGE_BYTES, pages * DAX_PAGE_BYTES);
  return 0;
}

// The operations of a backend over a host's mapping that stores through the cache and then writes
// lines back by `flush`: four backends differ in this argument alone.
template <Flush flush>
struct CachedStores {
  static std::int64_t copy_from_iter(void* handle, dax_iter* iter) noexcept {
    return copy_from<Store::cached, Flush::none, Fence::none>(mapping_of(handle), iter);
  }
  static std::int64_t flush_iter(void* handle, dax_iter* iter) noexcept {
    return flush_ranges<flush>(mapping_of(handle).address, iter);
  }
  static std::int64_t persist_from_iter(void* handle, dax_iter* iter) noexcept {
    const dax_mapping& mapping = mapping_of(handle);
    if ((iter->flags & DAX_ITER_SKIP_FLUSH) != 0) {
      return copy_from<Store::cached, Flush::none, Fence::each_range>(mapping, iter);
    }
    return copy_from<Store::cached, flush, Fence::each_range>(mapping, iter);
  }
};

// The part of a table that every built-in backend fills in the same way.
constexpr dax_operations operations_header(const char* name, const char* summary,
                                           std::uint64_t capabilities,
                                           std::uint64_t media) noexcept {
  dax_operations table{};
  table.magic = DAX_OPERATIONS_MAGIC;
  table.abi_version = DAX_OPERATIONS_ABI_VERSION;
  table.struct_size = sizeof(dax_operations);
  table.name = name;
  table.summary = summary;
  table.capabilities = capabilities;
  table.media = media;
  table.minimum_io_bytes = 1;
  table.alignment_bytes = 1;
  return table;
}

constexpr std::uint64_t media_bit(dax_media_kind kind) noexcept {
  return std::uint64_t{1} << static_cast<unsigned>(kind);
}

// Whatever the host can map.
constexpr std::uint64_t kMappedMedia =
    media_bit(DAX_MEDIA_DRAM) | media_bit(DAX_MEDIA_FILE) | media_bit(DAX_MEDIA_DEVDAX);

using ProbeFunction = int (*)(const dax_host_info*, char*, std::uint64_t);

template <Flush flush>
constexpr dax_operations cached_store_operations(const char* name, const char* summary,
                                                 ProbeFunction probe) noexcept {
  const std::uint64_t flushes = flush == Flush::none ? 0 : DAX_CAP_NEEDS_FLUSH;
  dax_operations table = operations_header(
      name, summary, DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS | flushes, kMappedMedia);
  table.probe = probe;
  table.direct_access = mapped_direct_access;
  table.copy_from_iter = CachedStores<flush>::copy_from_iter;
  table.copy_to_iter = mapped_copy_to_iter;
  table.choose_read_kernel = mapped_choose_read_kernel;
  table.flush = CachedStores<flush>::flush_iter;
  table.drain = mapped_drain;
  table.zero_page_range = mapped_zero_page_range<Store::cached>;
  table.recovery_write = mapped_recovery_write;
  table.persist_from_iter = CachedStores<flush>::persist_from_iter;
  return table;
}

}  // namespace pmembench
