// Estimates over replicates: Hodges-Lehmann with the exact signed-rank interval, and medians.
#pragma once

#include <span>
#include <vector>

namespace pmembench {

struct Estimate {
  double estimate = 0;
  double low = 0;
  double high = 0;
  bool has_interval =
      false;  // false: too few replicates for the confidence asked; low = high = estimate
};

// Median; the mean of the middle two for even n. Requires n > 0; copies.
[[nodiscard]] double median(std::span<const double> values);

// The pseudo-median of `values` (one a process) and its confidence interval from the order
// statistics of the Walsh averages, with exact signed-rank probabilities (Hollander, Wolfe,
// Chicken, 3rd ed., 3.2 and 3.3; the same numbers as scipy.stats.wilcoxon(mode="exact") inverted).
// Ties are kept: the interval is then conservative. Requires n > 0. n < 6 has no 95 % interval.
[[nodiscard]] Estimate hodges_lehmann(std::span<const double> values, double confidence = 0.95);

// P(T+ <= t) for n pairs without ties: exact, n <= 60; normal beyond.
[[nodiscard]] double signed_rank_cdf(unsigned n, unsigned t);

// Slope of y over its index by least squares, per step. Requires n > 1.
[[nodiscard]] double least_squares_slope(std::span<const double> values);

// First-order autocorrelation; 0 for n < 3 or constant values.
[[nodiscard]] double lag1_autocorrelation(std::span<const double> values);

}  // namespace pmembench
