// Spread that outliers do not move, and the quantiles of Student's t and the normal distribution.
#pragma once

#include <span>

namespace pmembench {

// 1.4826 times the median absolute deviation from the median: the standard deviation, where values
// are normal. Requires a value.
[[nodiscard]] double robust_deviation(std::span<const double> values);

// Of the sample, n - 1. 0 for fewer than two values.
[[nodiscard]] double standard_deviation(std::span<const double> values);

// x with P(T <= x) = probability; probability in (0, 1), degrees > 0.
[[nodiscard]] double student_quantile(double probability, double degrees);
[[nodiscard]] double normal_quantile(double probability);

}  // namespace pmembench
