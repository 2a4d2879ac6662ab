// What cells of an open loop do without waiting: the base of a rate that is asked for as a share.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "measure/estimate.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

// Is the cell's rate a share of what it does without waiting?
[[nodiscard]] bool asks_for_share(const Cell& cell);

inline constexpr unsigned kClosedRateProcesses = 6;

// By cell name; a cell is in one of them.
struct ClosedRates {
  // Operations a second: median slices of kClosedRateProcesses fresh processes, their
  // Hodges-Lehmann estimate and its exact interval.
  std::map<std::string, Estimate> per_s;
  std::map<std::string, Error> failures;
};

// Each cell as a closed loop. Errors: a worker that cannot be started, and interrupted.
Result<ClosedRates> measure_closed_rates(WorkerSource& workers,
                                         const std::vector<const Cell*>& cells,
                                         std::uint64_t slice_ns);

// The cell with its share made a rate, the same in every process that is asked for it.
[[nodiscard]] Cell at_share_of(const Estimate& closed_per_s, Cell cell);

}  // namespace pmembench
