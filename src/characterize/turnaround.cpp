#include "characterize/turnaround.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "measure/estimate.hpp"
#include "measure/signed_rank.hpp"

namespace pmembench {
namespace {

// Through the median of the slices with as many changes: a few that were disturbed do not change
// it.
Line line_of_medians(const TurnaroundSlices& slices) {
  std::map<double, std::vector<double>> by_changes;
  for (std::size_t i = 0; i < slices.ns.size(); ++i) {
    by_changes[slices.changes[i]].push_back(slices.ns[i]);
  }
  std::vector<double> changes, ns;
  for (const auto& [each, times] : by_changes) {
    changes.push_back(each);
    ns.push_back(median(times));
  }
  return fit_line(changes, ns);
}

}  // namespace

Inference infer_turnaround(std::span<const TurnaroundSlices> processes) {
  constexpr std::string_view kName = "turnaround";
  constexpr double kNegligible = 0.08;  // of an operation
  constexpr double kWidestSlope = 0.6;  // of the cost: the interval that is still one
  std::vector<double> slopes, operations;
  for (const TurnaroundSlices& each : processes) {
    if (each.ns.size() < 3) continue;
    const Line line = line_of_medians(each);
    slopes.push_back(line.slope);
    operations.push_back(line.intercept);
  }
  if (slopes.size() < 6) return not_determined(kName, "fewer than six processes");
  const Estimate slope = hodges_lehmann(slopes);
  Inference result;
  result.property = kName;
  result.unit = "ns";
  result.test = "regression of time on changes, signed rank over processes";
  result.p = signed_rank_p_value(slopes, Alternative::greater);
  if (slope.low <= 0) {
    const double most = std::max(slope.high, 0.0) / median(operations);
    if (most > kNegligible) {
      return not_determined(kName, "noise: the interval of the cost holds 0");
    }
    result.determined = result.none = true;
    result.missed = fmt::format("a cost of up to {:.1f} % of an operation", 100 * most);
    return result;
  }
  if (slope.high - slope.low > kWidestSlope * slope.estimate) {
    return not_determined(kName, "noise: the interval is wider than 60 % of the cost");
  }
  result.determined = true;
  result.value = slope.estimate;
  result.low = slope.low;
  result.high = slope.high;
  return result;
}

}  // namespace pmembench
