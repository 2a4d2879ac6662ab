// SpinLock: a lock that few ever wait for.
#pragma once

#include <atomic>
#include <thread>

namespace pmembench {

// Waits by spinning, and lets others run where the holder may have lost its CPU.
class SpinLock {
 public:
  void lock() {
    while (held_.exchange(true, std::memory_order_acquire)) {
      for (unsigned spins = 0; held_.load(std::memory_order_relaxed); ++spins) relax(spins);
    }
  }
  [[nodiscard]] bool try_lock() {
    return !held_.load(std::memory_order_relaxed) &&
           !held_.exchange(true, std::memory_order_acquire);
  }
  void unlock() { held_.store(false, std::memory_order_release); }

  // One turn of a loop that waits for another thread.
  static void relax(unsigned spins) {
    if (spins % kSpinsBeforeYield == kSpinsBeforeYield - 1) {
      std::this_thread::yield();
    } else {
      __builtin_ia32_pause();
    }
  }

 private:
  static constexpr unsigned kSpinsBeforeYield = 64;
  std::atomic<bool> held_{false};
};

}  // namespace pmembench
