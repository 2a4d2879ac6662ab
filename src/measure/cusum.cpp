#include "measure/cusum.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace pmembench {

double cusum_step(double sum, double value, double mean, double deviation, const CusumRule& rule) {
  PMB_CHECK(deviation > 0, "a deviation is above zero");
  if (std::isnan(value)) return sum;
  return std::max(0.0, sum + (value - mean) / deviation - rule.allowance);
}

std::vector<double> cusum(std::span<const double> values, double mean, double deviation,
                          const CusumRule& rule) {
  std::vector<double> sums;
  sums.reserve(values.size());
  double sum = 0;
  for (const double value : values) {
    sum = cusum_step(sum, value, mean, deviation, rule);
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace pmembench
