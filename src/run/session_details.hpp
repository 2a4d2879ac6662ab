// What only open loops and time slots have to say when a cell ends: the details of a replicate.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "measure/histogram.hpp"
#include "measure/timer.hpp"
#include "record/replicate.hpp"
#include "run/thread_context.hpp"

namespace pmembench {

OpenLoopDetails open_loop_details(const std::string& arrival, double asked_per_s, double peak_per_s,
                                  const Histogram& service, const TimerFacts& timer);

// Of the last slice, all threads together, and what repeats in the maxima and in the means.
SlotDetails slot_details(const std::vector<std::unique_ptr<ThreadContext>>& threads,
                         const TimerFacts& timer, std::uint64_t seed);

}  // namespace pmembench
