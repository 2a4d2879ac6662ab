#include "measure/curve.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/result.hpp"

namespace pmembench {
namespace {

constexpr double kLeastRatio = 1.5;    // of latencies, below which memory is not full
constexpr double kLinearGrowth = 0.9;  // of the threads' ratio
constexpr double kLeastSpan = 0.25;    // of the smallest latency
constexpr double kErrorsThatCount = 3;

struct Scale {
  double bandwidth = 1, lowest = 0, latency = 1;
};

Scale scale_of(std::span<const CurvePoint> points) {
  Scale scale{0, points.front().latency, 0};
  double highest = points.front().latency;
  for (const CurvePoint& point : points) {
    scale.bandwidth = std::max(scale.bandwidth, point.bandwidth);
    scale.lowest = std::min(scale.lowest, point.latency);
    highest = std::max(highest, point.latency);
  }
  scale.bandwidth = std::max(scale.bandwidth, 1e-9);
  scale.latency = std::max({highest - scale.lowest, kLeastSpan * scale.lowest, 1e-9});
  return scale;
}

struct Scaled {
  double share, u, v, u_error, v_error;
};

std::vector<Scaled> scaled(std::span<const CurvePoint> points) {
  const Scale scale = scale_of(points);
  std::vector<Scaled> result;
  for (const CurvePoint& point : points) {
    result.push_back({point.share, point.bandwidth / scale.bandwidth,
                      (point.latency - scale.lowest) / scale.latency,
                      point.bandwidth_error / scale.bandwidth,
                      point.latency_error / scale.latency});
  }
  return result;
}

// How far a point is from the line between its neighbours, in latency; 0 if that is noise.
double bend_at(const std::vector<Scaled>& points, std::size_t at) {
  if (at == 0 || at + 1 >= points.size()) return 0;
  const Scaled& before = points[at - 1];
  const Scaled& here = points[at];
  const Scaled& after = points[at + 1];
  const double span = after.share - before.share;
  if (!(span > 0)) return 0;
  const double weight = (here.share - before.share) / span;
  const double v = before.v + weight * (after.v - before.v);
  const double u = before.u + weight * (after.u - before.u);
  const double off_v = std::abs(here.v - v);
  const double off_u = std::abs(here.u - u);
  const double noise_v = kErrorsThatCount * std::hypot(here.v_error, before.v_error / 2);
  const double noise_u = kErrorsThatCount * std::hypot(here.u_error, before.u_error / 2);
  return std::hypot(off_v > noise_v ? off_v : 0, off_u > noise_u ? off_u : 0);
}

double length_of(const Scaled& a, const Scaled& b) { return std::hypot(b.u - a.u, b.v - a.v); }

// The share of bend_at(`at`) that counts for the interval between it and `other`, one of its
// neighbours: the longer of the two hides more.
double bend_towards(const std::vector<Scaled>& points, std::size_t at, std::size_t other) {
  const double bend = bend_at(points, at);
  if (!(bend > 0)) return 0;
  const std::size_t opposite = other > at ? at - 1 : at + 1;
  const double mine = length_of(points[at], points[other]);
  return bend * mine / std::max(mine + length_of(points[at], points[opposite]), 1e-12);
}

double error_between(const std::vector<Scaled>& points, std::size_t left) {
  const Scaled& a = points[left];
  const Scaled& b = points[left + 1];
  const double du = std::abs(b.u - a.u);
  const double dv = std::abs(b.v - a.v);
  if (dv <= kErrorsThatCount * std::hypot(a.v_error, b.v_error)) return 0;
  const double corner = du * dv / std::max(std::hypot(du, dv), 1e-12) / 4;
  const double bend =
      std::max(bend_towards(points, left, left + 1), bend_towards(points, left + 1, left));
  return std::max(corner, bend / 4);
}

Estimate estimate_of(const std::vector<double>& values, double confidence) {
  return hodges_lehmann(values, confidence);
}

}  // namespace

std::vector<double> isotonic(std::span<const double> values) {
  struct Block {
    double sum;
    std::size_t count;
  };
  std::vector<Block> blocks;
  for (const double value : values) {
    blocks.push_back({value, 1});
    while (blocks.size() > 1) {
      const Block& last = blocks.back();
      Block& before = blocks[blocks.size() - 2];
      const bool rises = before.sum * static_cast<double>(last.count) <=
                         last.sum * static_cast<double>(before.count);
      if (rises) break;
      before.sum += last.sum;
      before.count += last.count;
      blocks.pop_back();
    }
  }
  std::vector<double> result;
  for (const Block& block : blocks) {
    result.insert(result.end(), block.count, block.sum / static_cast<double>(block.count));
  }
  return result;
}

std::optional<double> next_share(std::span<const CurvePoint> points, const RefineRule& rule) {
  if (points.size() < 2) return std::nullopt;
  const std::vector<Scaled> all = scaled(points);
  double worst = rule.tolerance;
  std::optional<double> share;
  for (std::size_t left = 0; left + 1 < all.size(); ++left) {
    const double step = all[left + 1].share - all[left].share;
    if (step < 2 * rule.smallest_step) continue;
    const double error = error_between(all, left);
    if (error <= worst) continue;
    worst = error;
    share = all[left].share + step / 2;
  }
  return share;
}

CurveFigures curve_figures(std::span<const CurvePoint> points) {
  PMB_CHECK(!points.empty(), "a curve has a point");
  std::vector<double> latencies;
  for (const CurvePoint& point : points) latencies.push_back(point.latency);
  latencies = isotonic(latencies);
  CurveFigures figures;
  figures.unloaded_latency = points.front().latency;
  for (const CurvePoint& point : points) {
    figures.maximum_bandwidth = std::max(figures.maximum_bandwidth, point.bandwidth);
  }
  figures.latency_ratio = points.back().latency / figures.unloaded_latency;
  const double twice = 2 * figures.unloaded_latency;
  for (std::size_t i = 1; i < points.size() && !figures.bandwidth_at_twice; ++i) {
    if (latencies[i] < twice) continue;
    const double rise = latencies[i] - latencies[i - 1];
    const double weight = rise > 0 ? std::clamp((twice - latencies[i - 1]) / rise, 0.0, 1.0) : 1;
    figures.bandwidth_at_twice =
        points[i - 1].bandwidth + weight * (points[i].bandwidth - points[i - 1].bandwidth);
  }
  if (figures.latency_ratio < kLeastRatio || !(figures.maximum_bandwidth > 0)) return figures;
  const double span = latencies.back() - latencies.front();
  double farthest = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double u = points[i].bandwidth / figures.maximum_bandwidth;
    const double distance = u - (latencies[i] - latencies.front()) / std::max(span, 1e-9);
    if (distance <= farthest) continue;
    farthest = distance;
    figures.knee_bandwidth = points[i].bandwidth;
    figures.knee_latency = latencies[i];
  }
  return figures;
}

CurveSummary summarise_curves(std::span<const CurveFigures> processes, double confidence) {
  PMB_CHECK(!processes.empty(), "a summary needs a process");
  CurveSummary summary;
  summary.processes = static_cast<unsigned>(processes.size());
  std::vector<double> unloaded, maximum, ratio, knee, knee_latency, twice;
  for (const CurveFigures& one : processes) {
    unloaded.push_back(one.unloaded_latency);
    maximum.push_back(one.maximum_bandwidth);
    ratio.push_back(one.latency_ratio);
    if (one.knee_bandwidth) knee.push_back(*one.knee_bandwidth);
    if (one.knee_latency) knee_latency.push_back(*one.knee_latency);
    if (one.bandwidth_at_twice) twice.push_back(*one.bandwidth_at_twice);
  }
  summary.unloaded_latency = estimate_of(unloaded, confidence);
  summary.maximum_bandwidth = estimate_of(maximum, confidence);
  summary.latency_ratio = estimate_of(ratio, confidence);
  summary.knee_reached = static_cast<unsigned>(knee.size());
  summary.twice_reached = static_cast<unsigned>(twice.size());
  if (knee.size() == processes.size()) {
    summary.knee_bandwidth = estimate_of(knee, confidence);
    summary.knee_latency = estimate_of(knee_latency, confidence);
  }
  if (twice.size() == processes.size()) {
    summary.bandwidth_at_twice = estimate_of(twice, confidence);
  }
  return summary;
}

std::vector<std::string> not_saturated(double latency_ratio, double growth, double thread_ratio) {
  std::vector<std::string> sentences;
  if (latency_ratio < kLeastRatio) {
    sentences.push_back(fmt::format(
        "latency at full load is {:.2f} times the unloaded one, below {:.1f}: these CPUs do not "
        "fill "
        "this memory, and the right end of the curve is their limit; load from more CPUs",
        latency_ratio, kLeastRatio));
  }
  if (thread_ratio > 1 && growth >= kLinearGrowth * thread_ratio) {
    sentences.push_back(fmt::format(
        "bandwidth still grows with the threads ({:.2f} times with {:.2f} times as many): the "
        "memory could give more; load from more CPUs",
        growth, thread_ratio));
  }
  return sentences;
}

}  // namespace pmembench
