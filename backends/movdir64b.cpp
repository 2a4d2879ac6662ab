// movdir64b: direct stores of whole lines. One instruction stores 64 bytes that no other store can
// tear, past the caches, as a non-temporal store does. Lines that a range covers only in part are
// stored through the cache and written back within the copy.
#include <immintrin.h>

#include <array>
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/iter.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes) noexcept {
  if ((host->cpu_features & DAX_CPU_MOVDIR64B) == 0) {
    return refuse(EOPNOTSUPP, reason, reason_bytes,
                  "this CPU does not have movdir64b (Tremont, Tiger Lake, Sapphire Rapids, Zen 5 "
                  "and later have it); use movnt");
  }
  if (best_flush(host->cpu_features) == Flush::none) {
    return refuse(
        EOPNOTSUPP, reason, reason_bytes,
        "movdir64b needs clwb, clflushopt or clflush for the lines at a range's ends, and "
        "this CPU has none of them; use eadr");
  }
  return 0;
}

// Whole lines. The source is read as one unit of 64 bytes; its alignment is free.
__attribute__((target("movdir64b"), noinline)) void direct_store_lines(
    unsigned char* device, const unsigned char* buffer, std::uint64_t size) noexcept {
  for (std::uint64_t at = 0; at != size; at += DAX_LINE_BYTES) {
    _movdir64b(device + at, buffer + at);
  }
  asm volatile("" : : : "memory");
}

__attribute__((target("movdir64b"), noinline)) void direct_zero_lines(unsigned char* device,
                                                                      std::uint64_t size) noexcept {
  alignas(DAX_LINE_BYTES) static constexpr std::array<unsigned char, DAX_LINE_BYTES> kZeroes{};
  for (std::uint64_t at = 0; at != size; at += DAX_LINE_BYTES) {
    _movdir64b(device + at, kZeroes.data());
  }
  asm volatile("" : : : "memory");
}

// Part of a line: through the cache, then written back.
void store_edge(const dax_mapping& mapping, Flush flush, std::uint64_t offset,
                unsigned char* buffer, std::uint64_t size) noexcept {
  if (size == 0) return;
  dax_iter edge{};
  edge.multiplier = 1;
  edge.slots = edge.count = 1;
  edge.offset_bytes = offset;
  edge.granule_bytes = edge.size_bytes = size;
  edge.buffer = buffer;
  dax_iter written = edge;
  copy_from<Store::cached, Flush::none, Fence::none>(mapping, &edge);
  flush_ranges(flush, mapping.address, &written);
}

void store_range(const dax_mapping& mapping, Flush flush, std::uint64_t offset,
                 unsigned char* buffer, std::uint64_t size) noexcept {
  const auto past_line =
      reinterpret_cast<std::uintptr_t>(mapping.address + offset) % DAX_LINE_BYTES;
  const std::uint64_t to_next = (DAX_LINE_BYTES - past_line) % DAX_LINE_BYTES;
  const std::uint64_t head = to_next < size ? to_next : size;
  const std::uint64_t body = (size - head) / DAX_LINE_BYTES * DAX_LINE_BYTES;
  store_edge(mapping, flush, offset, buffer, head);
  direct_store_lines(mapping.address + offset + head, buffer + head, body);
  store_edge(mapping, flush, offset + head + body, buffer + head + body, size - head - body);
}

template <Fence fence>
std::int64_t copy_direct(const dax_mapping& mapping, Flush flush, dax_iter* iter) noexcept {
  const std::uint64_t count = iter->count;
  for (; iter->count != 0; --iter->count) {
    store_range(mapping, flush, dax_iter_next(iter), iter->buffer, iter->size_bytes);
    if constexpr (fence == Fence::each_range) _mm_sfence();
  }
  return static_cast<std::int64_t>(count * iter->size_bytes);
}

std::int64_t copy_from_iter(void* handle, dax_iter* iter) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  return copy_direct<Fence::none>(mapping, best_flush(mapping.cpu_features), iter);
}

std::int64_t flush_iter(void* handle, dax_iter* iter) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  const bool stored = (iter->flags & DAX_ITER_STORED) != 0;
  return flush_ranges(stored ? best_flush(mapping.cpu_features) : Flush::none, mapping.address,
                      iter);
}

std::int64_t persist_from_iter(void* handle, dax_iter* iter) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  const bool skip = (iter->flags & DAX_ITER_SKIP_FLUSH) != 0;
  return copy_direct<Fence::each_range>(
      mapping, skip ? Flush::none : best_flush(mapping.cpu_features), iter);
}

int zero_page_range(void* handle, std::uint64_t page_offset, std::uint64_t pages) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  const int refused = check_pages(mapping.size_bytes, page_offset, pages);
  if (refused != 0) return refused;
  direct_zero_lines(mapping.address + page_offset * DAX_PAGE_BYTES, pages * DAX_PAGE_BYTES);
  return 0;
}

constexpr dax_operations make_table() noexcept {
  dax_operations table =
      operations_header("movdir64b", "direct stores of whole lines: past the caches, no flush",
                        DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS, kMappedMedia);
  table.probe = probe;
  table.direct_access = mapped_direct_access;
  table.copy_from_iter = copy_from_iter;
  table.copy_to_iter = mapped_copy_to_iter;
  table.choose_read_kernel = mapped_choose_read_kernel;
  table.flush = flush_iter;
  table.drain = mapped_drain;
  table.zero_page_range = zero_page_range;
  table.recovery_write = mapped_recovery_write;
  table.persist_from_iter = persist_from_iter;
  table.nontemporal_from_bytes = DAX_LINE_BYTES;
  return table;
}

}  // namespace

constexpr dax_operations kMovdir64bOperations = make_table();

}  // namespace pmembench
