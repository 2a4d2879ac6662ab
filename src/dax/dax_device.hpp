// DaxDevice: a medium, a backend's operations, flags, bad blocks and a lifetime. The base object
// on which presentations (char, block, fs) are layered; it knows nothing of them.
//
// The rules are those of the kernel's drivers/dax/super.c (facts: docs/methodology.md, "the
// device"), errno values included. Data operations need a ReadSection of this device: the type
// takes the place of the kernel's dax_read_lock(); flush is the one documented exception.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/dax_operations.h"
#include "base/result.hpp"
#include "dax/bad_blocks.hpp"
#include "dax/read_guard.hpp"

namespace pmembench {

// What was done through one DaxReader, counted by the device (never guessed by a workload).
struct DeviceCounters {
  std::uint64_t direct_accesses = 0;
  std::uint64_t bytes_copied_from = 0;  // device <- buffer
  std::uint64_t bytes_copied_to = 0;    // buffer <- device
  std::uint64_t lines_flushed = 0;      // asked for after the write-cache gate
  std::uint64_t drains = 0;
  std::uint64_t pages_zeroed = 0;
  std::uint64_t recovery_writes = 0;  // ranges
  bool operator==(const DeviceCounters&) const = default;
  DeviceCounters& operator+=(const DeviceCounters& other);
};

class SimMemory;

// A layer above a device that needs to know of failures (Linux: dax_holder_operations).
class DaxHolder {
 public:
  // Flags of notify_failure, as in the kernel.
  static constexpr int kPreRemove = 1;  // MF_MEM_PRE_REMOVE: the device is about to go

  DaxHolder() = default;
  DaxHolder(const DaxHolder&) = delete;
  DaxHolder& operator=(const DaxHolder&) = delete;
  virtual ~DaxHolder() = default;
  // The bytes [offset, offset + length) failed; length UINT64_MAX: to the end. Called from the
  // thread that reports, one call at a time; returns 0 or a negative errno. It may call release,
  // not kill.
  virtual int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags) = 0;
};

// Facts and flags of a device at birth. A flag is never inferred from the medium's kind.
struct DeviceFacts {
  std::string name;
  std::uint64_t size_bytes = 0;                    // a multiple of DAX_PAGE_BYTES
  std::uint64_t alignment_bytes = DAX_PAGE_BYTES;  // of mappings through the char presentation
  dax_persistence_domain persistence_domain = DAX_DOMAIN_UNKNOWN;
  bool write_cache = true;          // false: flushes are not needed (eADR, volatile range, by hand)
  bool synchronous = true;          // false: durability needs a message to a host; no MAP_SYNC
  int node = -1;                    // -1: unknown
  bool host_mapped = false;         // the operations' handle is the host's dax_mapping
  SimMemory* simulation = nullptr;  // whose time its operations take; null: the hardware's
};

// What must outlive the device and be released after it: the medium, the backend's handle.
class DeviceBacking {
 public:
  DeviceBacking() = default;
  DeviceBacking(const DeviceBacking&) = delete;
  DeviceBacking& operator=(const DeviceBacking&) = delete;
  virtual ~DeviceBacking() = default;
};

class DaxDevice {
 public:
  // `operations` may be null: bound later by set_operations. Refuses (code EINVAL) operations
  // that lack zero_page_range or another required one, and a size or an alignment of 0 or not
  // page-multiple.
  // `handle` is passed to every operation. Operations with direct access but without open and
  // direct_access are those of a host's mapping: the handle is a `const dax_mapping*` of at least
  // the size, and the device itself answers direct_access from it. `backing` may be null.
  static Result<std::unique_ptr<DaxDevice>> allocate(DeviceFacts facts,
                                                     const dax_operations* operations, void* handle,
                                                     std::unique_ptr<DeviceBacking> backing);
  DaxDevice(const DaxDevice&) = delete;
  DaxDevice& operator=(const DaxDevice&) = delete;
  virtual ~DaxDevice() = default;  // kills first; no DaxReader may be left

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] std::uint64_t size_bytes() const;
  [[nodiscard]] const DeviceFacts& facts() const;
  [[nodiscard]] const dax_operations* operations() const;  // null while none are bound
  // What the operations are called with. For the audit, which calls the table itself: the guard's
  // own instructions are not the backend's.
  [[nodiscard]] void* handle() const;
  [[nodiscard]] bool alive() const;

  // ---- life ----
  // 0; -EBUSY if operations are set already; -EINVAL for a table that allocate would refuse; null
  // always succeeds and unbinds. One thread, no data operation running.
  int set_operations(const dax_operations* operations, void* handle);
  // Notifies the holder (0, UINT64_MAX, kPreRemove) while alive, then clears alive, then waits
  // until every section that saw it alive has ended, then drops the holder. Any thread; idempotent;
  // every caller returns only after all of it. Aborts inside a ReadSection of the same thread.
  void kill();
  // 0, or -EBUSY (held), -ENXIO (dead or about to be). A holder releases before it goes.
  int hold(DaxHolder* holder);
  // 0, also when the device was killed in between; -EINVAL where `holder` is not the holder. No
  // call to the holder runs after it, unless it is called from inside that call. Take no lock
  // around it that notify_failure takes.
  int release(DaxHolder* holder);
  // -ENXIO dead or out of range, -EOPNOTSUPP no holder, else the holder's answer.
  int notify_failure(std::uint64_t offset_bytes, std::uint64_t length_bytes, int flags);

  // ---- flags, at run time, any thread ----
  void set_write_cache(bool on);
  [[nodiscard]] bool write_cache() const;
  [[nodiscard]] bool synchronous() const;
  // Whether sections need no locked instruction here (see ReadGuard::is_asymmetric).
  [[nodiscard]] bool asymmetric_guard() const;

  // ---- bad blocks: cold, any thread ----
  BadBlocks& bad_blocks();

  // ---- several loops for the same loads (dax_operations.h): cold, no data operation running ----
  // Has the backend read by loop `index` from now on; its name, or nothing where there is none.
  std::optional<std::string> choose_read_kernel(std::uint32_t index);

  // ---- memory errors, real and simulated: cold, no data operation running ----
  // From now on a SIGBUS in a copy ends the copy short, before the page that raised it; that page
  // is then known as bad, and the holder is notified. Without it a SIGBUS ends the process. Every
  // batch costs a little more. Errors (environment): no addresses, or addresses with gaps.
  Status survive_poison();
  // Makes touching this page raise SIGBUS; its bytes are lost, and it is not known as bad before
  // somebody meets it. recovery_write clears it. Calls survive_poison. Errors as Poison's.
  Status poison_page(std::uint64_t page_offset);
  // Undoes both: poisoned pages may be touched again and hold zeroes, what is known as bad stays
  // known, and a SIGBUS ends the process.
  void end_poison();

  // One per thread; must not outlive the device. Aborts beyond 1024 readers.
  [[nodiscard]] DaxReader make_reader();
  // Sum over all readers, living and gone. Exact once they are idle.
  [[nodiscard]] DeviceCounters counters() const;

  // ---- data: many threads, disjoint ranges; hot ----
  // A section or reader of another device aborts. Without operations bound: -EOPNOTSUPP.
  //
  // Pages reachable at *address from page_offset (may be fewer than asked: callers loop), or
  // -ENXIO dead, -EOPNOTSUPP no operations or no direct access, -EINVAL pages == 0 or no such mode,
  // -ERANGE beyond the end, -EHWPOISON where the range meets a bad block (mode DAX_ACCESS). With
  // bad blocks elsewhere exactly `pages` are asked of the backend, never more. In mode
  // DAX_RECOVERY_WRITE: pages before the one with the first bad byte, or 1.
  std::int64_t direct_access(const ReadSection& section, std::uint64_t page_offset,
                             std::uint64_t pages, std::uint32_t mode, void** address);
  // Bytes copied; 0 when dead; short where the backend stopped, or before the first bad byte
  // (rounded down to what the backend can copy). A write stops there as a read does: the kernel's
  // direct_access would refuse it, and only recovery_write may repair. A range that was cut short
  // still counts as remaining in `iter`.
  std::int64_t copy_from_iter(const ReadSection& section, dax_iter& iter);
  std::int64_t copy_to_iter(const ReadSection& section, dax_iter& iter);
  // Copy, flush (if write cache, and not DAX_ITER_SKIP_FLUSH), drain, range by range: one backend
  // call where it has the op. Otherwise as copy_from_iter.
  std::int64_t persist_from_iter(const ReadSection& section, dax_iter& iter);
  // The same work without the table of operations: the way is chosen by flags of the device, as in
  // Linux since 5.17 (dax_copy_from_iter and set_dax_nocache), and called directly. Only over a
  // mapping of the host, else -EOPNOTSUPP. Otherwise as those above.
  std::int64_t copy_by_flags(const ReadSection& section, dax_iter& iter, bool stores);
  std::int64_t persist_by_flags(const ReadSection& section, dax_iter& iter);
  // Lines flushed: what the backend's flush returned. 0 without a call when the write cache is
  // off; the batch is done then (count is 0, state is not stepped). Needs no liveness; the reader
  // is for the counters.
  std::int64_t flush(DaxReader& reader, dax_iter& iter);
  // Needs no liveness either.
  int drain(DaxReader& reader);
  // Adds bytes that were stored and loaded at an address of direct_access, which no operation saw,
  // to the counters of copies.
  void note_copies(DaxReader& reader, std::uint64_t stored_bytes, std::uint64_t loaded_bytes);
  // -ENXIO dead, -EOPNOTSUPP, -EINVAL pages == 0, -ERANGE beyond the end, -EIO where the range
  // meets a bad block, else 0.
  int zero_page_range(const ReadSection& section, std::uint64_t page_offset, std::uint64_t pages);
  // Rewrites ranges that may be bad: 0 if dead, if the backend lacks the op, or a bad range is not
  // page-aligned; clears the record only after the data is there. Returns the bytes of the ranges
  // that were written whole. Not durable before flush and drain.
  std::int64_t recovery_write(const ReadSection& section, dax_iter& iter);

 private:
  // The members are behind this object in the same allocation, so that a data operation reaches its
  // backend with one load less.
  struct Impl;
  struct Whole;
  DaxDevice() = default;
  Impl& inside();
  [[nodiscard]] const Impl& inside() const;
};

}  // namespace pmembench
