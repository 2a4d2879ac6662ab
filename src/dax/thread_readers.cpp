#include "dax/thread_readers.hpp"

#include "base/check.hpp"

namespace pmembench {

ThreadReaders::ThreadReaders(std::span<const std::unique_ptr<DaxDevice>> devices,
                             unsigned slot_bits)
    : devices_(devices), slot_bits_(slot_bits), slots_(std::size_t{1} << slot_bits) {
  PMB_CHECK(devices.size() <= 64, "a ThreadReaders of more than 64 devices");
}

ThreadReaders::Place& ThreadReaders::mine() {
  const auto thread = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  // Thread pointers differ in their middle bits; Fibonacci hashing brings those to the top.
  const std::uint64_t hash = std::uint64_t{thread} * 0x9E3779B97F4A7C15ULL;
  for (std::size_t at = hash >> (64 - slot_bits_);; at = (at + 1) & (slots_.size() - 1)) {
    Slot& slot = slots_[at];
    const std::uintptr_t owner = slot.thread.load(std::memory_order_relaxed);
    if (owner == thread) [[likely]]
      return *slot.place.load(std::memory_order_acquire);
    std::uintptr_t nobody = 0;
    if (owner == 0 && slot.thread.compare_exchange_strong(nobody, thread)) return make(slot);
  }
}

// Published with release for the thread that may take the place over one day.
ThreadReaders::Place& ThreadReaders::make(Slot& slot) {
  slot.owned = std::make_unique<Place>();
  slot.owned->readers.reserve(devices_.size());
  for (const auto& device : devices_) slot.owned->readers.push_back(device->make_reader());
  slot.place.store(slot.owned.get(), std::memory_order_release);
  return *slot.owned;
}

}  // namespace pmembench
