// One-sided cumulative sums: they see a creep that no single point shows (E. S. Page, 1954).
#pragma once

#include <span>
#include <vector>

namespace pmembench {

struct CusumRule {
  double allowance = 0.5;  // k, in deviations: half of the smallest shift that matters
  double limit = 5;        // h: with k = 1/2 one false alarm in about 930 points
};

// The next sum after `sum`: max(0, sum + (value - mean) / deviation - k). deviation > 0. A value
// that is not a number leaves the sum as it is.
[[nodiscard]] double cusum_step(double sum, double value, double mean, double deviation,
                                const CusumRule& rule = {});

// The sums after each of the values, from 0 on; they go on behind an alarm.
[[nodiscard]] std::vector<double> cusum(std::span<const double> values, double mean,
                                        double deviation, const CusumRule& rule = {});

}  // namespace pmembench
