// run_plan: replicates of all cells in fresh worker processes, until each is known well enough or
// the budget ends.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "run/run_observer.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

struct RunInput {
  const Plan* plan = nullptr;
  WorkerSource* workers = nullptr;
  // Resume: what is there already (cell name -> replicates), and cells that failed for good.
  std::map<std::string, std::vector<Replicate>> replicates;
  std::vector<std::string> failed;
  const Clock* clock = nullptr;
};

struct RunOutcome {
  bool interrupted = false;
  bool budget_ended = false;  // before all cells converged
  double overran_ns = 0;      // how far beyond the budget the last cell ended
  std::string not_opened;     // the medium whose opening the budget did not hold; empty: none
  std::size_t failed = 0;     // cells
  std::uint64_t replicates = 0;
};

// Rounds of replicates. In a round every device (medium, backend, node) with open cells gets one
// fresh worker, in random order; the worker runs that device's open cells in random order. After
// the minimum of replicates a cell is left once its interval is narrow enough. No cell begins after
// the budget, and a medium that takes longer to open than is left of it (10 s at least) ends the
// run. Except for the very first, no cell begins whose slices take longer than the rest of
// the budget. In a round the rest of the budget is shared among the devices by their number of
// waiting cells; cells that a share did not reach follow when all devices had theirs. So a budget
// that is too small measures a part of every device. A worker that dies fails its cell; the rest of
// its cells get a new worker.
Result<RunOutcome> run_plan(RunInput input, RunObserver& observer);

}  // namespace pmembench
