// Words of printed tables, the same in each of them.
#pragma once

#include <cmath>
#include <string>

#include "base/result.hpp"
#include "base/units.hpp"
#include "measure/estimate.hpp"

namespace pmembench {

// Half of an interval, as a share of the estimate; NaN without one.
[[nodiscard]] inline double half_width_of(const Estimate& estimate) {
  if (!estimate.has_interval || estimate.estimate == 0) return std::nan("");
  return (estimate.high - estimate.low) / 2 / std::abs(estimate.estimate);
}

// "±3.4%"; empty without an interval.
[[nodiscard]] inline std::string half_width_text(const Estimate& estimate) {
  const double half = half_width_of(estimate);
  return std::isnan(half) ? "" : fmt::format("±{:.1f}%", 100 * half);
}

// "+55.6 ns", "-1.24 us".
[[nodiscard]] inline std::string signed_duration(double duration_ns) {
  return (duration_ns < 0 ? "-" : "+") + format_duration_ns(std::abs(duration_ns));
}

// "+30.0 ns [+29.0, +31.0]"; empty where it is absent.
[[nodiscard]] inline std::string signed_ns_text(const std::optional<Estimate>& cost) {
  if (!cost) return "";
  std::string text = fmt::format("{:+.1f} ns", cost->estimate);
  if (cost->has_interval) text += fmt::format(" [{:+.1f}, {:+.1f}]", cost->low, cost->high);
  return text;
}

}  // namespace pmembench
