// Two things at once, for what is read and not measured: measuring threads are src/run's.
#pragma once

#include <future>
#include <utility>

namespace pmembench {

// The results of both functions: `first` runs on the caller's thread, `second` on a thread of its
// own, or after `first` where the system gives none. Both have ended when this returns. They share
// nothing that either changes.
template <typename First, typename Second>
auto at_once(First first, Second second) {
  auto other = std::async(std::launch::async | std::launch::deferred, std::move(second));
  auto own = first();
  return std::pair{std::move(own), other.get()};
}

}  // namespace pmembench
