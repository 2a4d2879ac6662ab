#include "measure/steady_state.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/check.hpp"
#include "measure/estimate.hpp"
#include "measure/spread.hpp"

namespace pmembench {
namespace {

// How large a trend over the window scatter alone may show: the slope's interval by least squares,
// from the residuals about the Theil-Sen line.
double noise_of_trend(std::span<const double> values, double confidence) {
  const double slope = theil_sen_slope(values);
  std::vector<double> residuals;
  for (std::size_t i = 0; i < values.size(); ++i) {
    residuals.push_back(values[i] - slope * static_cast<double>(i));
  }
  const auto count = static_cast<double>(values.size());
  const double factor = student_quantile((1 + confidence) / 2, std::max(1.0, count - 2));
  return factor * standard_deviation(residuals) * std::sqrt(12 / count);
}

}  // namespace

double theil_sen_slope(std::span<const double> values) {
  PMB_CHECK(values.size() > 1, "a slope needs two values");
  std::vector<double> slopes;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i + 1; j < values.size(); ++j) {
      slopes.push_back((values[j] - values[i]) / static_cast<double>(j - i));
    }
  }
  return median(slopes);
}

SteadyState steady_state(std::span<const double> values, const SteadyRule& rule) {
  SteadyState state;
  if (values.size() < std::max(2U, rule.fewest)) return state;
  const double typical = median(values);
  state.lag1 = lag1_autocorrelation(values);
  if (!(std::abs(typical) > 0)) {
    // Nothing moves, and it stays so: an idle load.
    state.level = state.enough = true;
    return state;
  }
  const auto count = static_cast<double>(values.size());
  constexpr double kMostDependence = 0.9;
  const double shared = std::clamp(state.lag1, 0.0, kMostDependence);
  const double independent = std::max(2.0, count * (1 - shared) / (1 + shared));
  const double factor = student_quantile((1 + rule.confidence) / 2, independent - 1);
  state.half_width =
      factor * standard_deviation(values) / std::sqrt(independent) / std::abs(typical);
  state.trend = std::abs(theil_sen_slope(values)) * count / std::abs(typical);
  state.level = state.trend <=
                std::max(rule.trend, noise_of_trend(values, rule.confidence) / std::abs(typical));
  state.enough = state.level && state.half_width <= rule.half_width;
  return state;
}

}  // namespace pmembench
