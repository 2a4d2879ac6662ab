// run_curve: a bandwidth-latency curve, round by round in fresh worker processes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "measure/curve.hpp"
#include "run/run_observer.hpp"
#include "run/worker_link.hpp"

namespace pmembench {

// One point: what was asked for, and what each process measured of it.
struct PointSamples {
  Cell cell;
  double share = 0;  // of the load, in percent; with pauses: its place in the order, 0 the least
  std::vector<Replicate> replicates;  // by round; a round in which it failed is missing
  std::string failure;
};

struct CurveInput {
  // From no load to all of it; the last is the maximum. They differ in their pace alone.
  std::vector<PointSamples> skeleton;
  // A cell for a share between two of these; null: the points are those of the skeleton.
  std::function<Result<Cell>(double share)> cell_at;
  std::size_t points = 24;  // at most
  // All load with fewer threads, to see whether more threads would move more; may be absent.
  std::optional<Cell> fewer_threads;
  unsigned rounds = 6;
  std::uint64_t budget_ns = 60'000'000'000;
  std::uint64_t slice_ns = 50'000'000;
  double precision = 0.02;
  std::uint64_t seed = 1;

  WorkerSource* workers = nullptr;
  const Clock* clock = nullptr;
};

struct CurveOutcome {
  std::vector<PointSamples> points;  // in order of load
  std::optional<PointSamples> fewer_threads;
  double maximum_bytes_per_s = 0;  // what shares are of, measured in the first round
  unsigned rounds = 0;             // that were completed
  bool interrupted = false, budget_ended = false;
};

// The first round measures the maximum, then the skeleton in random order, then points where the
// curve is least known. Every further round measures all points in another random order. A round is
// one fresh process. Where most slices are preempted, later ones are shorter. A round that the
// budget ends is kept as far as it came. Errors: a worker that does not start, a medium that does
// not open, a first point that fails.
Result<CurveOutcome> run_curve(CurveInput input, RunObserver& observer);

// A curve of points in order of load as one process measured it; empty where a point is missing.
[[nodiscard]] std::vector<CurvePoint> curve_of_round(const std::vector<PointSamples>& points,
                                                     unsigned round);

// What the load moved, in the middle of the replicate's slices; 0 where there was none.
[[nodiscard]] double load_bytes_per_s_of(const Replicate& replicate);

}  // namespace pmembench
