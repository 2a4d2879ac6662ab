// measure_cell: one cell in one worker, for a fixed number of slices.
#pragma once

#include <cstdint>

#include "record/replicate.hpp"
#include "run/core_watch.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

struct CellOrder {
  const Cell* cell = nullptr;
  unsigned replicate = 0;
  std::uint64_t seed = 0;  // of the order of cells in this process
  unsigned slices = 50;    // to keep
  std::uint64_t slice_ns = 500'000;
  std::uint64_t operations = 0;  // of a slice and thread; 0: the worker calibrates
  CoreWatch cores = {};          // what earlier replicates of the cell learned
};

struct CellOutcome {
  Replicate replicate;
  std::uint64_t operations = 0;  // of a slice and thread, for the next replicate
  CoreWatch cores;               // for the next replicate
};

// Warm-up: at least one slice, until the last five show a slope below 1 % over their span, for at
// most a fifth of the slices. Then `slices` slices. A disturbed slice is taken again, up to
// `slices` times (not in a cell with time slots, whose slices follow each other); after that it is
// kept and flagged. Of a workload with several turns `slices` blocks of one slice of each turn, in
// their order: the replicate has them all. Errors as the worker gives them.
Result<CellOutcome> measure_cell(WorkerLink& worker, const CellOrder& order);

}  // namespace pmembench
