// visit_point: one point of a curve in one worker, until it is steady and known well enough.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "record/replicate.hpp"
#include "plan/plan.hpp"
#include "run/protocol.hpp"
#include "run/slice_steps.hpp"

namespace pmembench {

struct VisitOrder {
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
// Preempted slices are dropped where enough others remain; how many is said too. Errors as `ask`
// gives them.
Result<Replicate> visit_point(const Ask& ask, const VisitOrder& order, const OpenedReply& opened);

}  // namespace pmembench
