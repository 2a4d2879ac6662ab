#include "dax/sim_device.hpp"

#include <cerrno>

namespace pmembench {
namespace {

// What a device answers that is gone, as the kernel's does.
constexpr int kGone = -ENXIO;

SimHandle& sim_handle(void* handle) { return *static_cast<SimHandle*>(handle); }

// `operation` of the backend over the batch, then `each` range that it did.
template <typename Each>
std::int64_t simulated(void* handle, dax_iter* iter,
                       std::int64_t (*dax_operations::*operation)(void*, dax_iter*), Each each) {
  SimHandle& own = sim_handle(handle);
  if (own.memory->gone()) return kGone;
  dax_iter walk = *iter;
  const std::uint64_t asked = iter->count;
  const std::int64_t result = (own.backend->*operation)(&own.mapping, iter);
  for (std::uint64_t i = iter->count; i < asked; ++i) each(own, dax_iter_next(&walk));
  return result;
}

using Operation = std::int64_t (*dax_operations::*)(void*, dax_iter*);
using Access = void (SimMemory::*)(std::uint64_t offset_bytes, std::uint64_t size_bytes);

// An operation of the backend of which each range is one access.
template <Operation kOperation, Access kAccess>
std::int64_t sim_copy(void* handle, dax_iter* iter) noexcept {
  const std::uint64_t size_bytes = iter->size_bytes;
  return simulated(handle, iter, kOperation,
                   [size_bytes](SimHandle& own, std::uint64_t offset_bytes) {
                     (own.memory->*kAccess)(offset_bytes, size_bytes);
                   });
}

std::int64_t sim_persist(void* handle, dax_iter* iter) noexcept {
  const std::uint64_t size_bytes = iter->size_bytes;
  const bool flushes = (iter->flags & DAX_ITER_SKIP_FLUSH) == 0;
  return simulated(handle, iter, &dax_operations::persist_from_iter,
                   [size_bytes, flushes](SimHandle& own, std::uint64_t offset_bytes) {
                     own.memory->write(offset_bytes, size_bytes);
                     if (flushes && (own.backend->capabilities & DAX_CAP_NEEDS_FLUSH) != 0) {
                       const std::uint64_t last = offset_bytes + size_bytes - 1;
                       own.memory->flush(last / DAX_LINE_BYTES - offset_bytes / DAX_LINE_BYTES + 1);
                     }
                     own.memory->fence();
                   });
}

std::int64_t sim_flush(void* handle, dax_iter* iter) noexcept {
  SimHandle& own = sim_handle(handle);
  const std::int64_t lines = own.backend->flush(&own.mapping, iter);
  if (lines > 0) own.memory->flush(static_cast<std::uint64_t>(lines));
  return lines;
}

int sim_drain(void* handle) noexcept {
  SimHandle& own = sim_handle(handle);
  const int drained = own.backend->drain(&own.mapping);
  own.memory->fence();
  return drained;
}

int sim_zero(void* handle, std::uint64_t page_offset, std::uint64_t pages) noexcept {
  SimHandle& own = sim_handle(handle);
  if (own.memory->gone()) return kGone;
  const int zeroed = own.backend->zero_page_range(&own.mapping, page_offset, pages);
  if (zeroed == 0) own.memory->write(page_offset * DAX_PAGE_BYTES, pages * DAX_PAGE_BYTES);
  return zeroed;
}

dax_operations simulated_table(const dax_operations& backend) {
  dax_operations table = backend;
  table.copy_from_iter = sim_copy<&dax_operations::copy_from_iter, &SimMemory::write>;
  table.copy_to_iter = sim_copy<&dax_operations::copy_to_iter, &SimMemory::read>;
  table.flush = sim_flush;
  table.drain = sim_drain;
  table.zero_page_range = sim_zero;
  if (backend.recovery_write != nullptr) {
    table.recovery_write = sim_copy<&dax_operations::recovery_write, &SimMemory::write>;
  }
  if (backend.persist_from_iter != nullptr) table.persist_from_iter = sim_persist;
  // Loops that differ in nothing that a model knows.
  table.choose_read_kernel = nullptr;
  return table;
}

}  // namespace

SimDevice::SimDevice(const dax_operations& backend, const dax_mapping& mapping,
                     const SimModel& model)
    : table_(simulated_table(backend)),
      memory_(model, mapping.address),
      handle_{mapping, &backend, &memory_} {}

}  // namespace pmembench
