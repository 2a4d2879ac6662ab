// movnt: non-temporal stores, which bypass the caches. Lines that a range covers only in part are
// stored through the cache and written back within the copy, so there is nothing left to flush.
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes) noexcept {
  if ((host->cpu_features & DAX_CPU_SSE2) == 0) {
    return refuse(EOPNOTSUPP, reason, reason_bytes,
                  "movnt needs SSE2's non-temporal stores, which this CPU does not have; use eadr");
  }
  if (best_flush(host->cpu_features) == Flush::none) {
    return refuse(EOPNOTSUPP, reason, reason_bytes,
                  "movnt needs clwb, clflushopt or clflush for the lines at a range's ends, and "
                  "this CPU has none of them; use eadr");
  }
  return 0;
}

std::int64_t copy_from_iter(void* handle, dax_iter* iter) noexcept {
  const dax_mapping& mapping = mapping_of(handle);
  return copy_from<Store::nontemporal, Fence::none>(mapping, best_flush(mapping.cpu_features),
                                                    iter);
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
  return copy_from<Store::nontemporal, Fence::each_range>(
      mapping, skip ? Flush::none : best_flush(mapping.cpu_features), iter);
}

constexpr dax_operations make_table() noexcept {
  dax_operations table =
      operations_header("movnt", "non-temporal stores: past the caches, no flush",
                        DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS, kMappedMedia);
  table.probe = probe;
  table.direct_access = mapped_direct_access;
  table.copy_from_iter = copy_from_iter;
  table.copy_to_iter = mapped_copy_to_iter;
  table.choose_read_kernel = mapped_choose_read_kernel;
  table.flush = flush_iter;
  table.drain = mapped_drain;
  table.zero_page_range = mapped_zero_page_range<Store::nontemporal>;
  table.recovery_write = mapped_recovery_write;
  table.persist_from_iter = persist_from_iter;
  table.nontemporal_from_bytes = 1;
  return table;
}

}  // namespace

constexpr dax_operations kMovntOperations = make_table();

}  // namespace pmembench
