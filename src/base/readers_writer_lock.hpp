// ReadersWriterLock: readers and one writer, at the cost of one locked instruction each way if no
// thread waits. std::shared_mutex costs three times that, which shows in a 4 KiB overwrite.
#pragma once

#include <atomic>
#include <cstdint>

namespace pmembench {

// A SharedMutex of the standard's names. Waiting writers keep new readers out. Waiters sleep.
class ReadersWriterLock {
 public:
  void lock() {
    std::uint32_t free = 0;
    if (!state_.compare_exchange_strong(free, kWriter, std::memory_order_acquire)) wait_to_write();
  }
  bool try_lock() {
    std::uint32_t free = 0;
    return state_.compare_exchange_strong(free, kWriter, std::memory_order_acquire);
  }
  void unlock() {
    if ((state_.fetch_and(~(kWriter | kWaiting), std::memory_order_release) & kWaiting) != 0) {
      state_.notify_all();
    }
  }
  void lock_shared() {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    while ((seen & (kWriter | kWaiting)) != 0 ||
           !state_.compare_exchange_weak(seen, seen + 1, std::memory_order_acquire)) {
      seen = wait_if((kWriter | kWaiting), seen);
    }
  }
  void unlock_shared() {
    const std::uint32_t before = state_.fetch_sub(1, std::memory_order_release);
    if (before != (kWaiting | 1)) return;
    state_.fetch_and(~kWaiting, std::memory_order_relaxed);
    state_.notify_all();
  }

 private:
  static constexpr std::uint32_t kWriter = 1U << 31;
  static constexpr std::uint32_t kWaiting = 1U << 30;  // somebody sleeps; below it: readers

  // Sleeps while one of `bits` is set; what the state is then.
  std::uint32_t wait_if(std::uint32_t bits, std::uint32_t seen) {
    while ((seen & bits) != 0) {
      if ((seen & kWaiting) != 0 ||
          state_.compare_exchange_weak(seen, seen | kWaiting, std::memory_order_relaxed)) {
        state_.wait(seen | kWaiting, std::memory_order_relaxed);
        seen = state_.load(std::memory_order_relaxed);
      }
    }
    return seen;
  }
  void wait_to_write() {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    while (true) {
      if ((seen & ~kWaiting) == 0) {
        // Others may sleep too: the flag stays set for them.
        if (state_.compare_exchange_weak(seen, seen | kWriter, std::memory_order_acquire)) return;
        continue;
      }
      seen = wait_if(~kWaiting, seen);
    }
  }
  std::atomic<std::uint32_t> state_{0};
};

}  // namespace pmembench
