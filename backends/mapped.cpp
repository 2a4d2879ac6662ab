#include "backends/mapped.h"

#include <immintrin.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "backends/iter.h"

namespace pmembench {

int check_pages(std::uint64_t size_bytes, std::uint64_t page_offset, std::uint64_t pages) noexcept {
  const std::uint64_t held = size_bytes / DAX_PAGE_BYTES;
  if (pages == 0) return -EINVAL;
  if (page_offset >= held || pages > held - page_offset) return -ERANGE;
  return 0;
}

std::int64_t mapped_direct_access(void* handle, std::uint64_t page_offset, std::uint64_t pages,
                                  std::uint32_t /*mode*/, void** address) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  const int refused = check_pages(mapping.size_bytes, page_offset, 1);
  if (refused != 0) return refused;
  *address = mapping.address + page_offset * DAX_PAGE_BYTES;
  const std::uint64_t left = mapping.size_bytes / DAX_PAGE_BYTES - page_offset;
  return static_cast<std::int64_t>(std::min(pages, left));
}

std::int64_t mapped_copy_to_iter(void* handle, dax_iter* iter) noexcept {
  return copy_to(mapping_of(handle), iter);
}

int mapped_choose_read_kernel(void* handle, std::uint32_t index, char* name,
                              std::uint64_t bytes) noexcept {
  auto* const mapping = static_cast<dax_mapping*>(handle);
  if (index >= read_kernels(mapping->vector_bytes)) return -EINVAL;
  mapping->read_kernel = index;
  std::snprintf(name, bytes, "%s", kReadKernels[index].name);
  return 0;
}

int mapped_drain(void* /*handle*/) noexcept {
  _mm_sfence();
  return 0;
}

std::int64_t mapped_recovery_write(void* handle, dax_iter* iter) noexcept {
  if (!ranges_are_aligned(*iter, DAX_PAGE_BYTES)) return 0;
  return copy_from<Store::nontemporal, Flush::none, Fence::each_range>(mapping_of(handle), iter);
}

}  // namespace pmembench
