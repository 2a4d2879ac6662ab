// drive_cell: one cell in one worker, seen from the coordinator: warm-up, slices, repeats.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "record/replicate.hpp"
#include "plan/plan.hpp"
#include "run/core_watch.hpp"
#include "run/fill_replicate.hpp"
#include "run/protocol.hpp"
#include "run/slice_steps.hpp"

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
  SliceNotes notes;
  CoreWatch cores;  // for the next replicate
};

// Warm-up: at least one slice, and on until the last five show a slope below 1 % over their span,
// for at most a fifth of the slices. Then `slices` slices; one that was preempted or whose threads
// ran less than 80 % of the time together is repeated, up to as many again; what could not be had
// undisturbed is kept and marked. Errors as `ask` gives them.
Result<CellOutcome> drive_cell(const Ask& ask, const CellOrder& order, const OpenedReply& opened);

}  // namespace pmembench
