// Bandwidth-latency curves: where the next point belongs, and what the curve says.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "measure/estimate.hpp"

namespace pmembench {

// One point of a curve, in the order of what was asked: the less the load, the earlier.
struct CurvePoint {
  double share = 0;                               // of the maximum that was asked for, in percent
  double bandwidth = 0;                           // that the load moved, bytes per second
  double latency = 0;                             // of the probe, ns
  double bandwidth_error = 0, latency_error = 0;  // standard errors; 0: not known
};

struct RefineRule {
  double tolerance = 0.01;   // of the curve's span in bandwidth and latency
  double smallest_step = 1;  // percent
};

// Where the curve is least known: the middle of the interval with the largest error, or nothing if
// all are below the tolerance. The error of an interval is the larger of two values. The first is
// the distance of its ends from the line between their neighbours (of two intervals the longer
// takes more of that). The second is how far it could deviate at all,
// |du dv| / sqrt(du^2 + dv^2) / 4 (as Mess 2.0 places its points, after its source): u and v are
// bandwidth and latency over the curve's span, and a span of less than a quarter of the smallest
// latency counts as that quarter. Differences below three standard errors do not count. Points in
// order of share.
[[nodiscard]] std::optional<double> next_share(std::span<const CurvePoint> points,
                                               const RefineRule& rule = {});

// What one curve says. Latencies are first made monotone in the load (isotonic regression).
struct CurveFigures {
  double unloaded_latency = 0;
  double maximum_bandwidth = 0;
  double latency_ratio = 0;  // at full load over unloaded
  // Where the curve is farthest from the line between its ends, both axes scaled to their span.
  // Nothing where latency at full load is below 1.5 times the unloaded one: then there is no knee.
  std::optional<double> knee_bandwidth, knee_latency;
  // Where latency first is twice the unloaded one, between points on a straight line; nothing where
  // it never is.
  std::optional<double> bandwidth_at_twice;
};
[[nodiscard]] CurveFigures curve_figures(std::span<const CurvePoint> points);

// A figure over the processes that each measured a whole curve.
struct CurveSummary {
  unsigned processes = 0;
  Estimate unloaded_latency, maximum_bandwidth, latency_ratio;
  // Only where every process has one; `reached` says how many did.
  std::optional<Estimate> knee_bandwidth, knee_latency, bandwidth_at_twice;
  unsigned knee_reached = 0, twice_reached = 0;
};
[[nodiscard]] CurveSummary summarise_curves(std::span<const CurveFigures> processes,
                                            double confidence = 0.95);

// Why the right end of a curve is the CPUs' limit and not the memory's, a sentence each; empty:
// nothing speaks against it. `growth` is the maximum with all load threads over that with fewer,
// `thread_ratio` the ratio of their numbers; 0: not measured.
[[nodiscard]] std::vector<std::string> not_saturated(double latency_ratio, double growth,
                                                     double thread_ratio);

// The values made non-decreasing with the least squared change (pool adjacent violators).
[[nodiscard]] std::vector<double> isotonic(std::span<const double> values);

}  // namespace pmembench
