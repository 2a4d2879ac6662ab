// measure_point: one point of a curve in one worker, until it is steady and known well enough.
#pragma once

#include <cstdint>
#include <optional>

#include "record/replicate.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

struct PointOrder {
  const Cell* cell = nullptr;
  unsigned replicate = 0;
  std::uint64_t seed = 0;
  std::uint64_t slice_ns = 50'000'000;
  unsigned fewest_slices = 4;          // to keep
  unsigned most_slices = 10;           // those dropped included
  double precision = 0.02;             // half width of bandwidth and latency, relative
  std::optional<double> load_maximum;  // what 100 % is; absent: the worker measures it
};

// The first slice is dropped, and so are the first of those that show a trend in bandwidth or in
// latency, as long as slices are left. Ends as soon as both are level and their means known within
// `precision`, else with the last slice: the replicate's details then say `steady: false`.
// Preempted slices are dropped if enough others remain; how many is recorded too. Errors as the
// worker gives them.
Result<Replicate> measure_point(WorkerLink& worker, const PointOrder& order);

}  // namespace pmembench
