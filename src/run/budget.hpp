// Budget: how much of the time that a runner has is over.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/clock.hpp"

namespace pmembench {

// Begins when it is made. The clock outlives it.
class Budget {
 public:
  Budget(const Clock& clock, std::uint64_t budget_ns)
      : clock_(clock), budget_ns_(budget_ns), begin_ns_(clock.now_ns()) {}

  [[nodiscard]] double elapsed_ns() const {
    return static_cast<double>(clock_.now_ns() - begin_ns_);
  }
  [[nodiscard]] double elapsed_s() const { return elapsed_ns() * 1e-9; }
  // Of `share` of the budget; never negative.
  [[nodiscard]] double left_ns(double share = 1) const {
    return std::max(0.0, share * static_cast<double>(budget_ns_) - elapsed_ns());
  }
  [[nodiscard]] bool over() const { return clock_.now_ns() - begin_ns_ >= budget_ns_; }

 private:
  const Clock& clock_;
  std::uint64_t budget_ns_;
  std::uint64_t begin_ns_;
};

}  // namespace pmembench
