// The coordinator: replicates of all cells in fresh worker processes, until each is known well
// enough or the budget ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "measure/estimate.hpp"
#include "record/replicate.hpp"
#include "plan/plan.hpp"
#include "run/protocol.hpp"

namespace pmembench {

// How far a run is, for a progress line.
struct Progress {
  std::string cell;        // that begins now; empty between cells
  std::size_t cells = 0;   // that can run
  std::size_t open = 0;    // not yet known well enough
  unsigned round = 0;      // replicate, from 1
  std::uint64_t done = 0;  // replicates of cells taken
  double elapsed_s = 0;
  double left_s = 0;  // expected: the time left, or what the open cells of this round need
};

// What a run tells while it goes. All calls come from the thread that called run_plan.
class RunObserver {
 public:
  RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;
  virtual ~RunObserver() = default;
  virtual void progress(const Progress& progress) = 0;
  // One replicate of a cell has ended. An error ends the run (the store is full, say).
  virtual Status replicate(const Cell& cell, const Replicate& replicate) = 0;
  // The cell cannot be measured: its worker died, its medium did not open, its bytes were wrong. It
  // is not tried again.
  virtual Status failure(const Cell& cell, const Error& error) = 0;
};

struct RunInput {
  const Plan* plan = nullptr;
  std::vector<std::string> worker_command;  // path and arguments of a worker
  PluginSearch plugins;
  std::string without_cpu;
  bool destroy = false;
  // Media, as cells write them, that were there before the run and held nothing: what they hold
  // from the second replicate on is this run's own and may be overwritten.
  std::set<std::string> found_empty;
  // Resume: what is there already (cell name -> replicates), and cells that failed for good.
  std::map<std::string, std::vector<Replicate>> replicates;
  std::vector<std::string> failed;
  const std::atomic<bool>* interrupted = nullptr;  // set by SIGINT; may be null
  const Clock* clock = nullptr;
};

struct RunOutcome {
  bool interrupted = false;
  bool budget_ended = false;  // before all cells converged
  std::size_t failed = 0;     // cells
  std::uint64_t replicates = 0;
};

// Rounds of replicates. In a round every device (medium, backend, node) with open cells gets one
// fresh worker, in random order; the worker runs that device's open cells in random order. After
// the minimum of replicates a cell is left once its interval is narrow enough. No cell begins after
// the budget. A worker that dies fails its cell; the rest of its cells get a new worker.
Result<RunOutcome> run_plan(RunInput input, RunObserver& observer);

// Slices a cell gets in one replicate, so that the minimum of replicates fits the budget: the
// campaign's `slices`, or fewer, at least 5.
[[nodiscard]] unsigned slices_within_budget(const MeasureSettings& settings, std::size_t cells);

}  // namespace pmembench
