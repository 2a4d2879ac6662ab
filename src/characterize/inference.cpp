#include "characterize/inference.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/units.hpp"
#include "measure/beta.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

std::string number_text(double value, const std::string& unit) {
  if (unit == "B") {
    constexpr double kKiB = 1024;
    if (value < kKiB) return fmt::format("{:.0f} B", value);
    if (value < kKiB * kKiB) return fmt::format("{:.4g} KiB", value / kKiB);
    if (value < kKiB * kKiB * kKiB) return fmt::format("{:.4g} MiB", value / kKiB / kKiB);
    return fmt::format("{:.4g} GiB", value / kKiB / kKiB / kKiB);
  }
  if (unit == "ns" && value >= 1e6) return fmt::format("{:.4g} ms", value / 1e6);
  if (unit == "ns" && value >= 1e3) return fmt::format("{:.4g} us", value / 1e3);
  return unit.empty() ? fmt::format("{:.4g}", value) : fmt::format("{:.4g} {}", value, unit);
}

}  // namespace

Inference not_determined(std::string_view property, std::string reason) {
  Inference result;
  result.property = property;
  result.reason = std::move(reason);
  return result;
}

std::string value_text(const Inference& inference) {
  if (!inference.determined) return "not determined";
  if (inference.none) return "none";
  std::string text = number_text(inference.value, inference.unit);
  if (inference.low < inference.high) {
    text += fmt::format(" [{}, {}]", number_text(inference.low, inference.unit),
                        number_text(inference.high, inference.unit));
  }
  return text;
}

std::vector<double> process_medians(const ByProcess& samples) {
  std::vector<double> medians;
  for (const BySample& own : samples) {
    if (!own.empty()) medians.push_back(median(own));
  }
  return medians;
}

double sign_test_p(std::uint64_t successes, std::uint64_t trials) {
  if (successes == 0) return 1;
  const auto k = static_cast<double>(successes);
  return regularized_beta(k, static_cast<double>(trials) - k + 1, 0.5);
}

Line fit_line(std::span<const double> x, std::span<const double> y) {
  double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
  const auto count = static_cast<double>(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    mean_x += x[i] / count;
    mean_y += y[i] / count;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  const double slope = xx > 0 ? xy / xx : 0;
  return {slope, mean_y - slope * mean_x};
}

}  // namespace pmembench
