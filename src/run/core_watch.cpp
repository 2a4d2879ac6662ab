#include "run/core_watch.hpp"

#include <algorithm>

namespace pmembench {

void CoreWatch::learn(std::span<const double> probes_ns) {
  for (std::size_t thread = 0; thread < probes_ns.size(); ++thread) {
    if (thread == quickest_ns_.size()) quickest_ns_.push_back(probes_ns[thread]);
    quickest_ns_[thread] = std::min(quickest_ns_[thread], probes_ns[thread]);
  }
}

double CoreWatch::slowdown(std::span<const double> probes_ns) const {
  double most = 1;
  for (std::size_t thread = 0; thread < std::min(probes_ns.size(), quickest_ns_.size()); ++thread) {
    if (quickest_ns_[thread] > 0) most = std::max(most, probes_ns[thread] / quickest_ns_[thread]);
  }
  return most;
}

}  // namespace pmembench
