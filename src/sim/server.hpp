// SimServer: what one access at a time occupies, such as a channel. Accesses come in the order of
// their times from one thread; of several threads one may be some microseconds ahead, and what it
// left free in between is still there for the others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace pmembench {

class SimServer {
 public:
  // Is what is left free remembered? One thread never comes back to it.
  explicit SimServer(bool keeps_gaps = false) : keeps_gaps_(keeps_gaps) {}

  // The first time from `at` on at which it is free for `service_ns`.
  [[nodiscard]] double earliest(double at, double service_ns) const {
    if (at >= free_ns_ || gaps_.empty()) return std::max(at, free_ns_);
    for (auto gap = first_after(at); gap != gaps_.end(); ++gap) {
      const double begin = std::max(at, gap->begin_ns);
      if (gap->end_ns - begin >= service_ns) return begin;
    }
    return free_ns_;
  }

  void occupy(double begin, double service_ns) {
    if (begin >= free_ns_) {
      if (keeps_gaps_ && begin > free_ns_) keep({free_ns_, begin});
      free_ns_ = begin + service_ns;
      return;
    }
    const auto found = first_after(begin);
    if (found == gaps_.end() || found->begin_ns > begin) return;
    const auto at = static_cast<std::size_t>(found - gaps_.begin());
    const double end = gaps_[at].end_ns;
    gaps_[at].end_ns = begin;
    if (begin + service_ns < end) {
      gaps_.insert(gaps_.begin() + static_cast<std::ptrdiff_t>(at) + 1, {begin + service_ns, end});
    }
  }

 private:
  struct Gap {
    double begin_ns, end_ns;
  };
  static constexpr std::size_t kMostGaps = 4096;

  // Gaps are in the order of time.
  [[nodiscard]] std::vector<Gap>::const_iterator first_after(double at) const {
    return std::upper_bound(gaps_.begin(), gaps_.end(), at,
                            [](double time, const Gap& gap) { return time < gap.end_ns; });
  }
  void keep(Gap gap) {
    if (gaps_.size() >= kMostGaps) gaps_.erase(gaps_.begin(), gaps_.begin() + kMostGaps / 2);
    gaps_.push_back(gap);
  }

  bool keeps_gaps_;
  double free_ns_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace pmembench
