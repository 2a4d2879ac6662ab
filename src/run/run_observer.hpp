// What a runner reports while it runs.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "plan/plan.hpp"
#include "record/replicate.hpp"

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

// All calls come from the thread that runs the runner.
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
  // The same of one host's part of a cell that failed on several hosts together, which was reported
  // before.
  virtual Status failure_of_part(const Cell& cell, const Error& error) {
    return failure(cell, error);
  }
};

}  // namespace pmembench
