// The host's clock behind a seam, so that what waits or budgets is tested without waiting.
#pragma once

#include <cstdint>

namespace pmembench {

// Monotonic time for budgets and progress (never for measuring an operation: that is
// measure/timer). Implementations are thread-safe.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  // Nanoseconds since an arbitrary start; never goes back.
  [[nodiscard]] virtual std::uint64_t now_ns() const = 0;
};

// CLOCK_MONOTONIC.
class MonotonicClock final : public Clock {
 public:
  [[nodiscard]] std::uint64_t now_ns() const override;
};

}  // namespace pmembench
