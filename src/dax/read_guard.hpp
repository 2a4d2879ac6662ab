// ReadGuard: "nothing runs after kill returns", at a cost of two plain stores a section.
//
// As SRCU for dax_read_lock(): a section announces itself in a cache line that its thread alone
// writes, then looks whether the device lives. The announcement needs a store-load barrier only
// when somebody waits, so the waiter pays for it: membarrier(2), PRIVATE_EXPEDITED (the asymmetric
// fence of liburcu's sys_membarrier flavour). No shared line is written by readers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace pmembench {

struct DeviceCounters;
class DaxDevice;
class ReadGuard;

// One thread's place in a guard. Move-only; used by one thread at a time; never outlives the guard,
// and never moves inside one of its own sections.
class DaxReader {
 public:
  DaxReader(DaxReader&& other) noexcept;
  DaxReader& operator=(DaxReader&& other) noexcept;
  DaxReader(const DaxReader&) = delete;
  DaxReader& operator=(const DaxReader&) = delete;
  ~DaxReader();

  struct Slot;

 private:
  friend class ReadGuard;
  friend class ReadSection;
  friend class DaxDevice;
  DaxReader(ReadGuard* guard, Slot* slot) : guard_(guard), slot_(slot) {}
  ReadGuard* guard_;
  Slot* slot_;
};

// What one reader writes and everybody may read. Two lines of 64 bytes, because the adjacent-line
// prefetcher of current CPUs moves them as a pair.
struct alignas(128) DaxReader::Slot {
  // 0 outside every section; inside, the thread that opened it, plus 1 where it found the guard
  // dead. A thread pointer is aligned, so its low bit is free.
  std::atomic<std::uintptr_t> section{0};
  // DeviceCounters of all readers that ever had this slot. Only the present one writes.
  std::atomic<std::uint64_t> direct_accesses{0};
  std::atomic<std::uint64_t> bytes_copied_from{0};
  std::atomic<std::uint64_t> bytes_copied_to{0};
  std::atomic<std::uint64_t> lines_flushed{0};
  std::atomic<std::uint64_t> drains{0};
  std::atomic<std::uint64_t> pages_zeroed{0};
  std::atomic<std::uint64_t> recovery_writes{0};
  bool taken = false;  // under the guard's mutex
};

// Alive, and then for ever dead. Sections: their own readers. The rest: any thread.
class ReadGuard {
 public:
  static constexpr std::size_t kMaximumReaders = 1024;
  // Who pays for the store-load barrier between a section's announcement and its look at the
  // guard: kill, by membarrier(2), or every section, by a locked instruction.
  enum class Barrier { asymmetric_if_possible, symmetric };

  explicit ReadGuard(Barrier barrier = Barrier::asymmetric_if_possible);
  ReadGuard(const ReadGuard&) = delete;
  ReadGuard& operator=(const ReadGuard&) = delete;
  ~ReadGuard();  // no reader may be left

  // False where the kernel has no private expedited membarrier, or `symmetric` was asked for:
  // sections then cost about ten times as much.
  [[nodiscard]] bool is_asymmetric() const { return asymmetric_; }
  // Inside a section, true means: kill() does not return before the section's end.
  [[nodiscard]] bool alive() const { return dead_.load(std::memory_order_seq_cst) == 0; }
  // Aborts beyond kMaximumReaders living readers. A dead guard still gives readers.
  [[nodiscard]] DaxReader make_reader();
  // Makes alive() false, then waits until every section that may have seen it true has ended.
  // Idempotent; every caller returns only after that. Aborts inside a section of this thread,
  // which would wait for itself.
  void kill();
  // Aborts, as kill() would, where this thread is inside a section of this guard.
  void check_outside() const;
  // Sum over all readers, living and gone. Exact once they are idle.
  [[nodiscard]] DeviceCounters counters() const;

 private:
  friend class DaxReader;
  friend class ReadSection;
  void enter(DaxReader::Slot& slot);
  void give_back(DaxReader::Slot& slot);
  [[nodiscard]] std::vector<DaxReader::Slot*> slots() const;

  // Read by every section, written once: on a line apart from what make_reader writes.
  alignas(128) std::atomic<std::uintptr_t> dead_{0};
  bool asymmetric_;
  alignas(128) mutable std::mutex mutex_;
  std::vector<std::unique_ptr<DaxReader::Slot>> slots_;  // only grows, so a slot never moves
};

// A read-side section: while it lives, kill() waits. Nests. An address that direct_access gave is
// good only inside it. Stack objects only: sections of a reader end in the reverse of their order.
class ReadSection {
 public:
  explicit ReadSection(DaxReader& reader) : reader_(reader), opened_(open(reader)) {}
  ReadSection(const ReadSection&) = delete;
  ReadSection& operator=(const ReadSection&) = delete;
  ~ReadSection() {
    if (opened_ != nullptr) opened_->section.store(0, std::memory_order_release);
  }
  static void* operator new(std::size_t) = delete;
  static void* operator new[](std::size_t) = delete;

 private:
  friend class DaxDevice;
  static DaxReader::Slot* open(DaxReader& reader) {
    DaxReader::Slot& slot = *reader.slot_;
    if (slot.section.load(std::memory_order_relaxed) != 0) return nullptr;
    reader.guard_->enter(slot);
    return &slot;
  }
  DaxReader& reader_;
  DaxReader::Slot* opened_;  // null where an outer section keeps it open
};

// The stored value comes from no earlier store of this slot, so sections in a row do not wait for
// one another's store to be forwarded. A section that finds the guard dead says so: kill need not
// wait for it, and a thread that keeps opening sections cannot hold kill up.
inline void ReadGuard::enter(DaxReader::Slot& slot) {
  const auto thread = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  const std::uintptr_t mark = thread | dead_.load(std::memory_order_relaxed);
  if (asymmetric_) [[likely]] {
    slot.section.store(mark, std::memory_order_relaxed);
    // The compiler keeps the order; the CPU is made to by kill's membarrier.
    std::atomic_signal_fence(std::memory_order_seq_cst);
  } else {
    slot.section.exchange(mark, std::memory_order_seq_cst);
  }
}

}  // namespace pmembench
