// What only open loops and time slots have to say when a cell ends: the details of a replicate.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "measure/histogram.hpp"
#include "measure/timer.hpp"
#include "run/cell_seat.hpp"

namespace pmembench {

// "open_loop": arrival, rates, and the histogram of the service times, sparse, in ticks.
nlohmann::json open_loop_json(const std::string& arrival, double asked_per_s, double peak_per_s,
                              const Histogram& service, const TimerFacts& timer);

// "slots": of the last slice, all threads together: slot_ns, and arrays by slot of n, mean_ns,
// p50_ns, p99_ns, p99.9_ns, max_ns (null where there was nothing), and what repeats in the maxima
// and in the means.
nlohmann::json slots_json(const std::vector<std::unique_ptr<CellSeat>>& seats,
                          const TimerFacts& timer, std::uint64_t seed);

}  // namespace pmembench
