// SessionCounts: what the sessions of one block device did, each in its own pair of cache lines.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace pmembench {

// One session's. Only the session writes, so no locked instruction is needed.
struct alignas(128) SessionCount {
  std::atomic<std::uint64_t> sectors_read{0};
  std::atomic<std::uint64_t> sectors_written{0};
  std::atomic<std::uint64_t> flushes{0};

  static void bump(std::atomic<std::uint64_t>& counter, std::uint64_t by) {
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
};

// Any thread.
class SessionCounts {
 public:
  // A new session's place; lives as long as this. Its number counts from 0.
  struct Place {
    SessionCount* count;
    std::size_t number;
  };
  Place add() {
    const std::lock_guard lock(mutex_);
    return {&counts_.emplace_back(), counts_.size() - 1};
  }
  [[nodiscard]] std::map<std::string, std::uint64_t> sum() const {
    std::map<std::string, std::uint64_t> sums{
        {"sectors_read", 0}, {"sectors_written", 0}, {"flushes", 0}};
    const std::lock_guard lock(mutex_);
    for (const SessionCount& count : counts_) {
      sums["sectors_read"] += count.sectors_read.load(std::memory_order_relaxed);
      sums["sectors_written"] += count.sectors_written.load(std::memory_order_relaxed);
      sums["flushes"] += count.flushes.load(std::memory_order_relaxed);
    }
    return sums;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<SessionCount> counts_;
};

}  // namespace pmembench
