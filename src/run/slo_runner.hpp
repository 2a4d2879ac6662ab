// search_rate: the highest rate of an open loop at which a percentile keeps its bound.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "measure/rate_search.hpp"
#include "run/protocol.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

// One rate, tried.
struct RateTrial {
  double asked_per_s = 0, achieved_per_s = 0;
  double percentile_ns = 0;          // from the intended begin
  double service_percentile_ns = 0;  // from the possible one; 0: unknown
  std::uint64_t n = 0;
  bool rate_kept = false;
  double disturbed_share = 0;  // of its slices: something else held the CPUs
  RateAnswer answer = RateAnswer::cannot_tell;
};

// What one process found.
struct RateFinding {
  RateSearch::State state = RateSearch::State::searching;  // searching: the time was over
  double kept_per_s = 0, missed_per_s = 0;
  // What the cell does without waiting, over all processes: the search's upper end.
  double closed_loop_per_s = 0;
  std::vector<RateTrial> trials;
};

struct SloInput {
  Cell cell;  // `arrival` fixed or poisson; its rate is ignored
  LatencyBound bound;
  unsigned processes = 6;
  std::uint64_t trial_ns = 500'000'000;  // of each rate, longer where the percentile needs it,
  std::uint64_t longest_trial_ns = 20'000'000'000;  // but no longer than this
  std::uint64_t slice_ns = 50'000'000;
  double lowest_share = 0.01;  // of the closed loop: where the search begins
  double resolution = 0.05;
  std::uint64_t seed = 1;
  // No process begins that would end after it, if it takes as long as the longest before it. The
  // first begins always. 0: none.
  std::uint64_t budget_ns = 0;

  WorkerSource* workers = nullptr;
  const Clock* clock = nullptr;                                        // needed with a budget
  std::function<void(unsigned process, const RateTrial& trial)> told;  // may be null
};

// First measures what the cell does without waiting (run/closed_rates). Fresh processes, each with
// its own search. Ends early if interrupted: complete results are kept. Errors: as a cell's.
Result<std::vector<RateFinding>> search_rate(const SloInput& input);

}  // namespace pmembench
