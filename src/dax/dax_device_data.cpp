// DaxDevice's data operations: liveness, bad blocks, gates and counters around the backend's own.
#include <algorithm>
#include <cerrno>

#include "backends/flag_dispatch.h"
#include "dax/dax_device_impl.hpp"
#include "dax/fault_guard.hpp"

namespace pmembench {
namespace {

// One writer: no locked instruction. Always inlined: a call made 64 B writes 2 % slower.
[[gnu::always_inline]] inline void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
  counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
}

std::uint64_t lines_of(std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  return (offset_bytes + size_bytes - 1) / DAX_LINE_BYTES - offset_bytes / DAX_LINE_BYTES + 1;
}

// Lines that `ranges` ranges from `state` on touch, by arithmetic if all are alike in their lines.
std::uint64_t lines_of_batch(const dax_iter& batch, std::uint64_t state, std::uint64_t ranges) {
  if (batch.slots == 1 || batch.granule_bytes % DAX_LINE_BYTES == 0) {
    return ranges * lines_of(batch.offset_bytes, batch.size_bytes);
  }
  // The granule's lowest bit divides the distance between any two ranges, and here it divides a
  // line: a range that does not leave its step never leaves its line.
  const std::uint64_t step = batch.granule_bytes & (~batch.granule_bytes + 1);
  if ((batch.offset_bytes & (step - 1)) + batch.size_bytes <= step) return ranges;
  dax_iter walk = batch;
  walk.state = state;
  std::uint64_t lines = 0;
  for (std::uint64_t i = 0; i < ranges; ++i) {
    lines += lines_of(dax_iter_next(&walk), batch.size_bytes);
  }
  return lines;
}

// The next range of a batch, alone.
dax_iter next_range(const dax_iter& iter) {
  dax_iter one = iter;
  one.count = 1;
  return one;
}

// How many ranges of the batch come before the first that meets a bad block, and how many bytes of
// that one may still be copied.
struct GoodPart {
  std::uint64_t ranges = 0;
  std::uint64_t head_bytes = 0;
};

GoodPart good_part(const BadBlocks& bad_blocks, const dax_operations& table, dax_iter batch) {
  GoodPart good;
  for (; good.ranges < batch.count; ++good.ranges) {
    const std::uint64_t offset = dax_iter_next(&batch);
    const std::uint64_t first = bad_blocks.first_in(offset, batch.size_bytes);
    if (first == BadBlocks::kNone) continue;
    const std::uint64_t unit = std::max(table.alignment_bytes, std::uint32_t{1});
    const std::uint64_t head = (first - offset) / unit * unit;
    if (head >= table.minimum_io_bytes) good.head_bytes = head;
    break;
  }
  return good;
}

// `operation` over the batch, up to the first bad byte. Off the hot path: the list is not empty.
template <typename Operation>
std::int64_t up_to_bad_block(const BadBlocks& bad_blocks, const dax_operations& table,
                             dax_iter& iter, Operation operation) {
  const GoodPart good = good_part(bad_blocks, table, iter);
  const std::uint64_t rest = iter.count - good.ranges;
  std::int64_t done = 0;
  if (good.ranges > 0) {
    iter.count = good.ranges;
    done = operation(iter);
    const bool all = iter.count == 0;
    iter.count += rest;
    if (done < 0 || !all) return done;
  }
  if (good.head_bytes == 0) return done;
  dax_iter head = next_range(iter);
  head.size_bytes = good.head_bytes;
  const std::int64_t part = operation(head);
  if (part < 0) return done > 0 ? done : part;
  return done + part;
}

// What a guarded copy needs, as one context without anything to destroy.
template <typename Copy>
struct CopyCall {
  Copy* copy;
  dax_iter* iter;
  std::int64_t done;
};

// `copy` over the batch, surviving SIGBUS: the page that raised it becomes a bad block, and the
// batch is done again, now only up to it. Off the hot path.
template <typename Copy>
std::int64_t survive(DaxDevice& device, const unsigned char* first, dax_iter& iter, Copy copy) {
  const dax_iter before = iter;
  for (;;) {
    CopyCall<Copy> call{&copy, &iter, 0};
    const void* const fault = run_guarded(
        [](void* context) {
          auto* const self = static_cast<CopyCall<Copy>*>(context);
          self->done = (*self->copy)(*self->iter);
        },
        &call);
    if (fault == nullptr) return call.done;
    const auto offset =
        static_cast<std::uint64_t>(static_cast<const unsigned char*>(fault) - first);
    PMB_CHECK(offset < device.size_bytes(), "a SIGBUS in a copy came from outside of its device");
    const std::uint64_t page = offset / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
    device.bad_blocks().add(page, DAX_PAGE_BYTES);
    (void)device.notify_failure(page, DAX_PAGE_BYTES, 0);
    iter = before;
  }
}

// `operation` over the batch up to the first bad block, known or met. A separate function: its
// registers and its frame would otherwise be set up for every batch.
template <typename Impl, typename Operation>
[[gnu::noinline]] std::int64_t over_bad_medium(DaxDevice& device, const Impl& impl, dax_iter& iter,
                                               Operation operation) {
  const auto copy = [&](dax_iter& batch) {
    if (impl.bad_blocks.empty()) return operation(batch);
    return up_to_bad_block(impl.bad_blocks, impl.table, batch, operation);
  };
  if (impl.survives_at == nullptr) return copy(iter);
  return survive(device, impl.survives_at, iter, copy);
}

// No bad block is known, and no SIGBUS is survived: two loads.
template <typename Impl>
bool is_good_medium(const Impl& impl) {
  return impl.survives_at == nullptr && impl.bad_blocks.empty();
}

// `operation` over the batch as far as the medium lets it.
template <typename Impl, typename Operation>
std::int64_t over_medium(DaxDevice& device, const Impl& impl, dax_iter& iter, Operation operation) {
  if (is_good_medium(impl)) [[likely]]
    return operation(iter);
  return over_bad_medium(device, impl, iter, operation);
}

[[gnu::always_inline]] inline void count_bytes(std::atomic<std::uint64_t>& to, std::int64_t done) {
  if (done > 0) bump(to, static_cast<std::uint64_t>(done));
}

}  // namespace

std::int64_t DaxDevice::direct_access(const ReadSection& section, std::uint64_t page_offset,
                                      std::uint64_t pages, std::uint32_t mode, void** address) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return -ENXIO;
  if (impl.access == AccessKind::none) return -EOPNOTSUPP;
  if (pages == 0 || mode > DAX_RECOVERY_WRITE) return -EINVAL;
  if (page_offset >= impl.pages()) return -ERANGE;
  std::uint64_t reach = std::min(pages, impl.pages() - page_offset);
  const std::uint64_t offset = page_offset * DAX_PAGE_BYTES;
  const std::uint64_t first = impl.bad_blocks.first_in(offset, reach * DAX_PAGE_BYTES);
  if (first != BadBlocks::kNone) {
    if (mode == DAX_ACCESS) return -EHWPOISON;
    reach = std::max((first - offset) / DAX_PAGE_BYTES, std::uint64_t{1});
  }
  bump(slot.direct_accesses, 1);
  if (impl.access == AccessKind::mapping) {
    *address = static_cast<const dax_mapping*>(impl.handle)->address + offset;
    return static_cast<std::int64_t>(reach);
  }
  const std::int64_t got = impl.table.direct_access(impl.handle, page_offset, reach, mode, address);
  if (got < 0) return got;
  if (got == 0) return -ERANGE;
  return std::min(got, static_cast<std::int64_t>(reach));
}

std::int64_t DaxDevice::copy_from_iter(const ReadSection& section, dax_iter& iter) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return 0;
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  const std::int64_t done = over_medium(*this, impl, iter, [&impl](dax_iter& part) {
    return impl.table.copy_from_iter(impl.handle, &part);
  });
  count_bytes(slot.bytes_copied_from, done);
  return done;
}

std::int64_t DaxDevice::copy_to_iter(const ReadSection& section, dax_iter& iter) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return 0;
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  const std::int64_t done = over_medium(*this, impl, iter, [&impl](dax_iter& part) {
    return impl.table.copy_to_iter(impl.handle, &part);
  });
  count_bytes(slot.bytes_copied_to, done);
  return done;
}

namespace {

// Out of line: its registers would otherwise be saved for every operation that flushes nothing.
[[gnu::noinline]] void count_lines(DaxReader::Slot& slot, const dax_iter& iter, std::uint64_t state,
                                   std::uint64_t ranges) {
  bump(slot.lines_flushed, lines_of_batch(iter, state, ranges));
}

// The backend's fused operation. What it flushed and drained it does not say, so it is computed.
[[gnu::always_inline]] inline std::int64_t persist_fused(const dax_operations& table, void* handle,
                                                         DaxReader::Slot& slot, dax_iter& iter,
                                                         bool flushes) {
  const std::uint64_t state = iter.state;
  const std::uint64_t count = iter.count;
  const std::uint32_t flags = iter.flags;
  if (!flushes) iter.flags |= DAX_ITER_SKIP_FLUSH;
  const std::int64_t done = table.persist_from_iter(handle, &iter);
  iter.flags = flags;
  const std::uint64_t ranges = count - iter.count;
  bump(slot.drains, ranges);
  if (flushes && (table.capabilities & DAX_CAP_NEEDS_FLUSH) != 0) {
    count_lines(slot, iter, state, ranges);
  }
  count_bytes(slot.bytes_copied_from, done);
  return done;
}

// The range at the front of `one` by the three calls: its bytes, if they are durable, or fewer, or
// an error.
std::int64_t persist_range(const dax_operations& table, void* handle, DaxReader::Slot& slot,
                           dax_iter& one, bool flushes) {
  const std::uint64_t state = one.state;
  const std::int64_t done = table.copy_from_iter(handle, &one);
  count_bytes(slot.bytes_copied_from, done);
  if (done < 0 || one.count != 0) return done;
  if (flushes) {
    one.state = state;
    one.count = 1;
    const std::int64_t lines = table.flush(handle, &one);
    if (lines < 0) return lines;
    if (static_cast<std::uint64_t>(lines) > one.size_bytes / DAX_LINE_BYTES + 2) return -ERANGE;
    bump(slot.lines_flushed, static_cast<std::uint64_t>(lines));
  }
  if (const int drained = table.drain(handle); drained < 0) return drained;
  bump(slot.drains, 1);
  return done;
}

std::int64_t persist_composed(const dax_operations& table, void* handle, DaxReader::Slot& slot,
                              dax_iter& iter, bool flushes) {
  std::int64_t total = 0;
  dax_iter one = iter;
  for (; iter.count > 0; --iter.count) {
    one.count = 1;
    const std::int64_t done = persist_range(table, handle, slot, one, flushes);
    if (done < 0) return total > 0 ? total : done;
    total += done;
    if (static_cast<std::uint64_t>(done) < iter.size_bytes) return total;
    iter.state = one.state;
  }
  return total;
}

// By the three calls, or over a bad medium. Out of line: what it needs would be set up for every
// operation that needs neither.
template <typename Impl>
[[gnu::noinline]] std::int64_t persist_otherwise(DaxDevice& device, const Impl& impl,
                                                 DaxReader::Slot& slot, dax_iter& iter,
                                                 bool flushes) {
  return over_medium(device, impl, iter, [&impl, &slot, flushes](dax_iter& part) {
    if (impl.table.persist_from_iter != nullptr) {
      return persist_fused(impl.table, impl.handle, slot, part, flushes);
    }
    return persist_composed(impl.table, impl.handle, slot, part, flushes);
  });
}

}  // namespace

std::int64_t DaxDevice::persist_from_iter(const ReadSection& section, dax_iter& iter) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return 0;
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  const bool flushes =
      impl.write_cache.load(std::memory_order_relaxed) && (iter.flags & DAX_ITER_SKIP_FLUSH) == 0;
  if (impl.table.persist_from_iter != nullptr && is_good_medium(impl)) [[likely]]
    return persist_fused(impl.table, impl.handle, slot, iter, flushes);
  return persist_otherwise(*this, impl, slot, iter, flushes);
}

std::int64_t DaxDevice::copy_by_flags(const ReadSection& section, dax_iter& iter, bool stores) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return 0;
  if (impl.host_mapping == nullptr) return -EOPNOTSUPP;
  const dax_mapping& mapping = *impl.host_mapping;
  const std::int64_t done = over_medium(*this, impl, iter, [&](dax_iter& part) {
    return stores ? flags_copy_from(mapping, impl.nocache, &part) : flags_copy_to(mapping, &part);
  });
  count_bytes(stores ? slot.bytes_copied_from : slot.bytes_copied_to, done);
  return done;
}

std::int64_t DaxDevice::persist_by_flags(const ReadSection& section, dax_iter& iter) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return 0;
  if (impl.host_mapping == nullptr) return -EOPNOTSUPP;
  const bool flushes =
      impl.write_cache.load(std::memory_order_relaxed) && (iter.flags & DAX_ITER_SKIP_FLUSH) == 0;
  const dax_iter before = iter;
  const std::int64_t done = over_medium(*this, impl, iter, [&](dax_iter& part) {
    return flags_persist(*impl.host_mapping, impl.nocache, flushes, &part);
  });
  bump(slot.drains, before.count - iter.count);
  if (flushes && !impl.nocache) count_lines(slot, iter, before.state, before.count - iter.count);
  count_bytes(slot.bytes_copied_from, done);
  return done;
}

std::int64_t DaxDevice::flush(DaxReader& reader, dax_iter& iter) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(reader);
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  if (!write_cache()) {
    iter.count = 0;
    return 0;
  }
  const std::int64_t lines = impl.table.flush(impl.handle, &iter);
  count_bytes(slot.lines_flushed, lines);
  return lines;
}

int DaxDevice::drain(DaxReader& reader) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(reader);
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  const int drained = impl.table.drain(impl.handle);
  if (drained == 0) bump(slot.drains, 1);
  return drained;
}

void DaxDevice::note_copies(DaxReader& reader, std::uint64_t stored_bytes,
                            std::uint64_t loaded_bytes) {
  DaxReader::Slot& slot = inside().slot_of(reader);
  if (stored_bytes > 0) bump(slot.bytes_copied_from, stored_bytes);
  if (loaded_bytes > 0) bump(slot.bytes_copied_to, loaded_bytes);
}

int DaxDevice::zero_page_range(const ReadSection& section, std::uint64_t page_offset,
                               std::uint64_t pages) {
  const Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return -ENXIO;
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  if (pages == 0) return -EINVAL;
  if (page_offset >= impl.pages() || pages > impl.pages() - page_offset) return -ERANGE;
  const std::uint64_t bytes = pages * DAX_PAGE_BYTES;
  if (impl.bad_blocks.first_in(page_offset * DAX_PAGE_BYTES, bytes) != BadBlocks::kNone) {
    return -EIO;
  }
  const int result = impl.table.zero_page_range(impl.handle, page_offset, pages);
  if (result == 0) bump(slot.pages_zeroed, pages);
  // Zeroing is the block personality of a device, which does not speak of poison.
  return result == -EHWPOISON ? -EIO : result;
}

std::int64_t DaxDevice::recovery_write(const ReadSection& section, dax_iter& iter) {
  Impl& impl = inside();
  DaxReader::Slot& slot = impl.slot_of(section);
  if (!impl.guard.alive()) return 0;
  if (impl.bound == nullptr) return -EOPNOTSUPP;
  if (impl.table.recovery_write == nullptr) return 0;
  std::int64_t total = 0;
  while (iter.count > 0) {
    dax_iter range = next_range(iter);
    dax_iter ahead = iter;
    const std::uint64_t offset = dax_iter_next(&ahead);
    const bool bad = impl.bad_blocks.first_in(offset, iter.size_bytes) != BadBlocks::kNone;
    if (bad && (offset | iter.size_bytes) % DAX_PAGE_BYTES != 0) return total;
    if (bad && impl.clear_poison(offset, iter.size_bytes) < 0) return total;
    const std::int64_t done = impl.table.recovery_write(impl.handle, &range);
    if (done < 0) return total > 0 ? total : done;
    if (range.count != 0) return total;
    // Only now may readers come back: until the record goes, they are kept out.
    if (bad) impl.bad_blocks.clear(offset, iter.size_bytes);
    bump(slot.recovery_writes, 1);
    count_bytes(slot.bytes_copied_from, done);
    total += done;
    iter.state = ahead.state;
    --iter.count;
  }
  return total;
}

}  // namespace pmembench
