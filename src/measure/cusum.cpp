#include "measure/cusum.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"

namespace pmembench {

std::vector<double> cusum(std::span<const double> values, double mean, double deviation,
                          const CusumRule& rule) {
  PMB_CHECK(deviation > 0, "a deviation is above zero");
  std::vector<double> sums;
  sums.reserve(values.size());
  double sum = 0;
  for (const double value : values) {
    if (!std::isnan(value)) {
      sum = std::max(0.0, sum + (value - mean) / deviation - rule.allowance);
    }
    sums.push_back(sum);
  }
  return sums;
}

}  // namespace pmembench
