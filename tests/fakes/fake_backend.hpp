// FakeBackend: a dax_operations table over plain memory that counts its calls and follows a script.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include "backends/dax_operations.h"
#include "dax/dax_device.hpp"

namespace pmembench::fakes {

// One batch over one range: what most tests want.
inline dax_iter one_range(std::uint64_t offset_bytes, void* buffer, std::uint64_t size_bytes) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.offset_bytes = offset_bytes;
  iter.granule_bytes = size_bytes;
  iter.size_bytes = size_bytes;
  iter.count = 1;
  iter.buffer = static_cast<unsigned char*>(buffer);
  return iter;
}

// `count` neighbouring ranges from `offset_bytes` on, all of them to or from the same buffer.
inline dax_iter ranges_in_a_row(std::uint64_t offset_bytes, void* buffer, std::uint64_t size_bytes,
                                std::uint64_t count) {
  dax_iter iter = one_range(offset_bytes, buffer, size_bytes);
  iter.slots = iter.count = count;
  iter.increment = UINT64_MAX / count + 1;  // one slot a step; wraps to 0 for a single slot
  return iter;
}

// Set the script before threads start; the counts may be read at any time.
class FakeBackend {
 public:
  struct Calls {
    std::atomic<int> direct_access{0}, copy_from{0}, copy_to{0}, flush{0}, drain{0}, zero{0},
        recovery{0}, persist{0};
    std::atomic<int> running{0};  // data operations in flight, flush and drain not among them
  };

  static constexpr std::uint64_t kAllCapabilities =
      DAX_CAP_DIRECT_ACCESS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS;

  explicit FakeBackend(std::uint64_t size_bytes)
      : memory_(size_bytes + DAX_PAGE_BYTES), size_bytes_(size_bytes) {
    void* start = memory_.data();
    std::size_t space = memory_.size();
    bytes_ = static_cast<unsigned char*>(std::align(DAX_PAGE_BYTES, size_bytes, start, space));
    operations.magic = DAX_OPERATIONS_MAGIC;
    operations.abi_version = DAX_OPERATIONS_ABI_VERSION;
    operations.struct_size = sizeof(dax_operations);
    operations.name = "fake";
    operations.summary = "plain memory that counts its calls";
    operations.capabilities = kAllCapabilities;
    operations.media = 1U << DAX_MEDIA_DRAM;
    operations.minimum_io_bytes = 1;
    operations.alignment_bytes = 1;
    operations.direct_access = &direct_access;
    operations.copy_from_iter = &copy_from;
    operations.copy_to_iter = &copy_to;
    operations.flush = &flush;
    operations.drain = &drain;
    operations.zero_page_range = &zero;
    operations.recovery_write = &recovery;
    operations.persist_from_iter = &persist;
  }
  FakeBackend(const FakeBackend&) = delete;
  FakeBackend& operator=(const FakeBackend&) = delete;

  // A device of this backend; aborts the test program where allocate refuses.
  std::unique_ptr<DaxDevice> device(DeviceFacts facts = {}) {
    if (facts.name.empty()) facts.name = "fake0";
    facts.size_bytes = size_bytes_;
    return std::move(DaxDevice::allocate(std::move(facts), &operations, this, nullptr)).value();
  }

  unsigned char* bytes() { return bytes_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

  dax_operations operations{};  // change it before a device is made
  Calls calls;

  // ---- the script ----
  std::function<void()> during;  // runs inside every data operation
  std::int64_t fail_with = 0;    // negative: what every operation but probe returns
  std::uint64_t ranges_before_stop = UINT64_MAX;  // of a batch; the batch then comes back short
  std::int64_t pages_reachable = INT64_MAX;       // what direct_access answers at most; may be 0
  bool record = true;                  // keep last_*; false where threads share the device
  std::uint32_t last_flags = 0;        // dax_iter.flags of the last batch
  std::uint64_t last_pages_asked = 0;  // of the last direct_access

 private:
  static FakeBackend& self(void* handle) { return *static_cast<FakeBackend*>(handle); }

  struct Running {
    explicit Running(FakeBackend& fake) : fake_(fake) {
      fake_.calls.running.fetch_add(1);
      if (fake_.during) fake_.during();
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { fake_.calls.running.fetch_sub(1); }
    FakeBackend& fake_;
  };

  template <typename Each>
  std::int64_t each_range(dax_iter* iter, Each each) {
    if (record) last_flags = iter->flags;
    if (fail_with < 0) return fail_with;
    std::int64_t done = 0;
    for (std::uint64_t left = ranges_before_stop; iter->count > 0 && left > 0; --left) {
      done += each(dax_iter_next(iter), iter->size_bytes);
      --iter->count;
    }
    return done;
  }
  static std::int64_t direct_access(void* handle, std::uint64_t page_offset, std::uint64_t pages,
                                    std::uint32_t /*mode*/, void** address) {
    FakeBackend& fake = self(handle);
    const Running running(fake);
    fake.calls.direct_access.fetch_add(1);
    if (fake.record) fake.last_pages_asked = pages;
    if (fake.fail_with < 0) return fake.fail_with;
    *address = fake.bytes_ + page_offset * DAX_PAGE_BYTES;
    const auto left = static_cast<std::int64_t>(fake.size_bytes_ / DAX_PAGE_BYTES - page_offset);
    return std::min(left, fake.pages_reachable);  // as a driver does: all that is left
  }
  static std::int64_t copy_from(void* handle, dax_iter* iter) {
    const Running running(self(handle));
    self(handle).calls.copy_from.fetch_add(1);
    return self(handle).store(iter);
  }
  static std::int64_t recovery(void* handle, dax_iter* iter) {
    const Running running(self(handle));
    self(handle).calls.recovery.fetch_add(1);
    return self(handle).store(iter);
  }
  static std::int64_t persist(void* handle, dax_iter* iter) {
    const Running running(self(handle));
    self(handle).calls.persist.fetch_add(1);
    return self(handle).store(iter);
  }
  std::int64_t store(dax_iter* iter) {
    return each_range(iter, [this, iter](std::uint64_t offset, std::uint64_t size) {
      std::memcpy(bytes_ + offset, iter->buffer, size);
      return static_cast<std::int64_t>(size);
    });
  }
  static std::int64_t copy_to(void* handle, dax_iter* iter) {
    FakeBackend& fake = self(handle);
    const Running running(fake);
    fake.calls.copy_to.fetch_add(1);
    return fake.each_range(iter, [&fake, iter](std::uint64_t offset, std::uint64_t size) {
      std::memcpy(iter->buffer, fake.bytes_ + offset, size);
      return static_cast<std::int64_t>(size);
    });
  }
  static std::int64_t flush(void* handle, dax_iter* iter) {
    self(handle).calls.flush.fetch_add(1);
    const bool needed = (self(handle).operations.capabilities & DAX_CAP_NEEDS_FLUSH) != 0;
    return self(handle).each_range(iter, [needed](std::uint64_t offset, std::uint64_t size) {
      const std::uint64_t lines =
          (offset + size - 1) / DAX_LINE_BYTES - offset / DAX_LINE_BYTES + 1;
      return needed ? static_cast<std::int64_t>(lines) : 0;
    });
  }
  static int drain(void* handle) {
    self(handle).calls.drain.fetch_add(1);
    return static_cast<int>(self(handle).fail_with);
  }
  static int zero(void* handle, std::uint64_t page_offset, std::uint64_t pages) {
    FakeBackend& fake = self(handle);
    const Running running(fake);
    fake.calls.zero.fetch_add(1);
    if (fake.fail_with < 0) return static_cast<int>(fake.fail_with);
    std::memset(fake.bytes_ + page_offset * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
    return 0;
  }

  std::vector<unsigned char> memory_;
  std::uint64_t size_bytes_;
  unsigned char* bytes_ = nullptr;
};

}  // namespace pmembench::fakes
