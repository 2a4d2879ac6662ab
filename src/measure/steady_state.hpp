// SteadyState: has what is measured settled, and is its mean known well enough?
#pragma once

#include <span>

namespace pmembench {

struct SteadyRule {
  unsigned fewest = 4;       // values before anything is said
  double trend = 0.01;       // change over the window, relative to the median, that counts as one
  double half_width = 0.02;  // of the mean's interval, relative
  double confidence = 0.95;
};

struct SteadyState {
  bool level = false;     // no trend over the window that is larger than chance
  bool enough = false;    // level, and the interval is as narrow as asked
  double trend = 0;       // slope times the number of values, relative to the median
  double half_width = 0;  // of the mean, relative; what neighbours share is accounted for
  double lag1 = 0;
};

// Theil-Sen slope (P. Sen, JASA 63, 1968); Student's interval of the mean with n (1 - rho) / (1 +
// rho) values, rho the lag-1 autocorrelation. A trend that the scatter about it may show by chance
// does not count.
[[nodiscard]] SteadyState steady_state(std::span<const double> values, const SteadyRule& rule = {});

// The median of the slopes between all pairs, per step. Requires two values.
[[nodiscard]] double theil_sen_slope(std::span<const double> values);

}  // namespace pmembench
