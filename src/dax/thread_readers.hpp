// ThreadReaders: for each calling thread, a reader on each of some devices. A backend that is
// itself layered on dax devices needs this, because its operations are not passed the caller's
// identity.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dax/dax_device.hpp"

namespace pmembench {

// Found by the thread pointer in a fixed open-addressed table: no lock, and no allocation but in a
// thread's first call. A place is kept when its thread ends and is taken over by the next thread
// with the same thread pointer (they are never alive together), so at most 1024 different thread
// pointers may come by in its life: beyond, make_reader aborts. Any thread.
class ThreadReaders {
 public:
  // What one thread has. The bits are its own to write; they are atomic for its successor's sake.
  struct Place {
    std::vector<DaxReader> readers;        // one a device, in their order
    std::atomic<std::uint64_t> dirty{0};   // devices that it wrote to since it drained them
    std::atomic<std::uint64_t> mapped{0};  // devices of which it was ever given an address
  };

  // At most 64 devices, which outlive this. The table has 2^slot_bits places: by default twice the
  // readers that a device can have, so that a search always ends, and soon.
  explicit ThreadReaders(std::span<const std::unique_ptr<DaxDevice>> devices,
                         unsigned slot_bits = 11);
  ThreadReaders(const ThreadReaders&) = delete;
  ThreadReaders& operator=(const ThreadReaders&) = delete;

  Place& mine();

 private:
  struct Slot {
    std::atomic<std::uintptr_t> thread{0};
    std::atomic<Place*> place{nullptr};
    std::unique_ptr<Place> owned;
  };
  Place& make(Slot& slot);

  std::span<const std::unique_ptr<DaxDevice>> devices_;
  unsigned slot_bits_;
  std::vector<Slot> slots_;
};

}  // namespace pmembench
