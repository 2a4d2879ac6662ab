// Words of printed tables, the same in each of them.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/units.hpp"
#include "measure/estimate.hpp"
#include "record/row.hpp"

namespace pmembench {

// The backend with its options, as in the cell's name: "block:engine=io_uring,queue_depth=8".
[[nodiscard]] inline std::string backend_text(const Row& row) {
  const std::string before = row.media + "/" + row.backend;
  if (!row.cell.starts_with(before + ":")) return row.backend;
  // Options may have a '/', and the path that follows them does not.
  const std::size_t end = row.cell.find("/" + row.path + "/" + row.workload, before.size());
  if (end == std::string::npos) return row.backend;
  return row.backend + row.cell.substr(before.size(), end - before.size());
}

// Empty where the row has no such parameter.
[[nodiscard]] inline std::string parameter_of(const Row& row, const std::string& name) {
  const auto found = row.parameters.find(name);
  return found == row.parameters.end() ? std::string() : found->second;
}

// "pages of 2 MiB"; "not mapped" where there are none, as of a model.
[[nodiscard]] inline std::string pages_text(std::uint64_t page_bytes) {
  return page_bytes == 0 ? "not mapped" : "pages of " + format_size(page_bytes);
}

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

// "+15.2% [11.3, 20.1]"; from 1000 % on without decimals, from 10000 % on as a factor, "x176".
[[nodiscard]] inline std::string share_text(const Estimate& cost) {
  constexpr double kAsFactor = 100;
  if (cost.estimate >= kAsFactor) {
    std::string text = fmt::format("x{:.0f}", 1 + cost.estimate);
    if (cost.has_interval) text += fmt::format(" [{:.0f}, {:.0f}]", 1 + cost.low, 1 + cost.high);
    return text;
  }
  const auto digits = [&](double share) {
    return std::abs(cost.estimate) >= 10 ? fmt::format("{:.0f}", 100 * share)
                                         : fmt::format("{:.1f}", 100 * share);
  };
  std::string text = (cost.estimate < 0 ? "" : "+") + digits(cost.estimate) + "%";
  if (cost.has_interval) text += fmt::format(" [{}, {}]", digits(cost.low), digits(cost.high));
  return text;
}

}  // namespace pmembench
