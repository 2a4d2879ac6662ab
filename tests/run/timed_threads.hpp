// What the tests of a thread's roles share, by the time-stamp counter and in virtual time.
#pragma once

#include <numeric>

#include "run/thread_context.hpp"

namespace pmembench {

inline SliceTask operations_of(std::uint64_t operations) {
  SliceTask task;
  task.operations = operations;
  return task;
}

// The thread with as many arrivals as there will be operations.
inline ThreadContext with_arrivals(ThreadContext thread, const OpenSchedule& schedule,
                                   std::uint64_t operations) {
  thread.schedule = schedule;
  thread.schedule.refill(1, operations);
  return thread;
}

// Operations in all slots.
inline std::uint64_t counted(const SlotSeries& slots) {
  const SlotSummary summary = slots.summary(1.0);
  return std::accumulate(summary.count.begin(), summary.count.end(), std::uint64_t{0});
}

}  // namespace pmembench
