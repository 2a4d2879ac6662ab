// What is inside a DaxDevice; for dax_device.cpp and dax_device_data.cpp only.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/check.hpp"
#include "dax/dax_device.hpp"
#include "dax/poison.hpp"

namespace pmembench {

// How direct_access is answered.
enum class AccessKind { none, operation, mapping };

struct DaxDevice::Impl {
  explicit Impl(DeviceFacts with_facts) : facts(std::move(with_facts)) {
    write_cache.store(facts.write_cache, std::memory_order_relaxed);
  }
  // The backing goes last: the operations' handle lives in it.
  std::unique_ptr<DeviceBacking> backing;
  ReadGuard guard;

  // Read by every data operation, written only while none runs.
  dax_operations table{};  // the bound table; operations that it does not reach are null
  const dax_operations* bound = nullptr;
  void* handle = nullptr;
  AccessKind access = AccessKind::none;
  bool nocache = false;  // copies go past the caches: what the kernel's DAXDEV_NOCACHE says
  const dax_mapping* host_mapping = nullptr;  // the handle, where it is the host's
  std::atomic<bool> write_cache{true};
  BadBlocks bad_blocks;
  unsigned char* survives_at = nullptr;  // the first byte's address, once SIGBUS is survived
  DeviceFacts facts;

  // Life. `kill_mutex` is held for the whole of a kill, `holder_mutex` while the holder is called
  // or changed; the latter is recursive because a holder may let go from inside its call.
  std::mutex kill_mutex;
  std::atomic<std::thread::id> killer{};
  std::recursive_mutex holder_mutex;
  DaxHolder* holder = nullptr;
  bool removing = false;

  std::mutex poison_mutex;
  std::optional<Poison> poison;  // none was asked for

  void bind(const dax_operations* operations, void* with_handle);
  // Of the pages in the range, those that poison_page poisoned. 0 or -EIO.
  int clear_poison(std::uint64_t offset_bytes, std::uint64_t size_bytes);

  // One compare of two pointers a call: the price of "no access without a section".
  [[nodiscard]] DaxReader::Slot& slot_of(const DaxReader& reader) const {
    PMB_CHECK(reader.guard_ == &guard, "a ReadSection or DaxReader of another device");
    return *reader.slot_;
  }
  [[nodiscard]] DaxReader::Slot& slot_of(const ReadSection& section) const {
    return slot_of(section.reader_);
  }
  [[nodiscard]] std::uint64_t pages() const { return facts.size_bytes / DAX_PAGE_BYTES; }
};

// Every DaxDevice is one of these.
struct DaxDevice::Whole final : DaxDevice {
  explicit Whole(DeviceFacts facts) : impl(std::move(facts)) {}
  ~Whole() override { kill(); }
  Impl impl;
};

inline DaxDevice::Impl& DaxDevice::inside() { return static_cast<Whole*>(this)->impl; }
inline const DaxDevice::Impl& DaxDevice::inside() const {
  return static_cast<const Whole*>(this)->impl;
}

}  // namespace pmembench
