// ReadGuard: "nothing runs after kill returns", at a cost of two plain stores a section.
//
// As SRCU for dax_read_lock(): a section announces itself in a cache line that its thread alone
// writes, then looks whether the device lives. The announcement needs a store-load barrier only
// when somebody waits, so the waiter pays for it: membarrier(2), PRIVATE_EXPEDITED (the asymmetric
// fence of liburcu's sys_membarrier flavour). No shared line is written by readers.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace pmembench {

struct DeviceCounters;
class ReadGuard;

// One thread's place in a guard. Move-only; used by one thread at a time.
class DaxReader {
 public:
  DaxReader(DaxReader&& other) noexcept;
  DaxReader& operator=(DaxReader&& other) noexcept;
  DaxReader(const DaxReader&) = delete;
  DaxReader& operator=(const DaxReader&) = delete;
  ~DaxReader();

 private:
  friend class ReadGuard;
  friend class ReadSection;
  friend class DaxDevice;
  struct Slot;
  DaxReader(ReadGuard* guard, Slot* slot);
  ReadGuard* guard_;
  Slot* slot_;
};

// A read-side section: while it lives, kill() waits. Nests. An address that direct_access gave is
// good only inside it. Stack objects only.
class ReadSection {
 public:
  explicit ReadSection(DaxReader& reader);
  ReadSection(const ReadSection&) = delete;
  ReadSection& operator=(const ReadSection&) = delete;
  ~ReadSection();

 private:
  friend class DaxDevice;
  DaxReader& reader_;
};

}  // namespace pmembench
