#include "measure/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "base/check.hpp"
#include "measure/ranks.hpp"

namespace pmembench {
namespace {

// cumulative[t] = number of the 2^n sign patterns with T+ <= t.
std::vector<std::uint64_t> cumulative_patterns(unsigned n) {
  const std::size_t largest = std::size_t{n} * (n + 1) / 2;
  std::vector<std::uint64_t> patterns(largest + 1, 0);
  patterns[0] = 1;
  std::size_t reach = 0;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    reach += rank;
    for (std::size_t sum = reach; sum >= rank; --sum) patterns[sum] += patterns[sum - rank];
  }
  std::partial_sum(patterns.begin(), patterns.end(), patterns.begin());
  return patterns;
}

double normal_cdf(unsigned n, unsigned t) {
  const double pairs = n;
  const double mean = pairs * (pairs + 1) / 4;
  const double deviation = std::sqrt(pairs * (pairs + 1) * (2 * pairs + 1) / 24);
  const double z = (t + 0.5 - mean) / deviation;  // 0.5: the continuity correction
  return std::erfc(-z / std::sqrt(2.0)) / 2;
}

// c of the interval [W_(c), W_(M+1-c)]: 1 + max{t : P(T+ <= t) <= tail}; 0 where no t is that rare.
std::size_t interval_rank(unsigned n, double tail) {
  const unsigned largest = n * (n + 1) / 2;
  if (n > kExactSignPatterns) {
    unsigned t = 0;
    while (t <= largest && normal_cdf(n, t) <= tail) ++t;
    return t;
  }
  const std::vector<std::uint64_t> cumulative = cumulative_patterns(n);
  const double total = std::ldexp(1.0, static_cast<int>(n));
  const auto first_common = std::find_if(
      cumulative.begin(), cumulative.end(),
      [&](std::uint64_t patterns) { return static_cast<double>(patterns) / total > tail; });
  return static_cast<std::size_t>(first_common - cumulative.begin());
}

std::vector<double> sorted_walsh_averages(std::span<const double> values) {
  std::vector<double> averages;
  averages.reserve(values.size() * (values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = i; j < values.size(); ++j) {
      averages.push_back(values[i] + (values[j] - values[i]) / 2);
    }
  }
  std::sort(averages.begin(), averages.end());
  return averages;
}

double median_of_sorted(std::span<const double> sorted) {
  const std::size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return sorted[middle - 1] + (sorted[middle] - sorted[middle - 1]) / 2;
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double median(std::span<const double> values) {
  PMB_CHECK(!values.empty(), "a median needs a value");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return median_of_sorted(sorted);
}

Estimate hodges_lehmann(std::span<const double> values, double confidence) {
  PMB_CHECK(!values.empty(), "an estimate needs a value");
  PMB_CHECK(confidence > 0 && confidence < 1, "a confidence is in (0, 1)");
  const std::vector<double> averages = sorted_walsh_averages(values);
  Estimate result;
  result.estimate = result.low = result.high = median_of_sorted(averages);
  const std::size_t rank =
      interval_rank(static_cast<unsigned>(values.size()), (1 - confidence) / 2);
  if (rank == 0) return result;
  result.low = averages[rank - 1];
  result.high = averages[averages.size() - rank];
  result.has_interval = true;
  return result;
}

double signed_rank_cdf(unsigned n, unsigned t) {
  const unsigned largest = n * (n + 1) / 2;
  if (t >= largest) return 1;
  if (n > kExactSignPatterns) return normal_cdf(n, t);
  return static_cast<double>(cumulative_patterns(n)[t]) / std::ldexp(1.0, static_cast<int>(n));
}

double least_squares_slope(std::span<const double> values) {
  PMB_CHECK(values.size() > 1, "a slope needs two values");
  const double middle = static_cast<double>(values.size() - 1) / 2;
  const double mean = mean_of(values);
  double covariance = 0;
  double variance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double step = static_cast<double>(i) - middle;
    covariance += step * (values[i] - mean);
    variance += step * step;
  }
  return covariance / variance;
}

double lag1_autocorrelation(std::span<const double> values) {
  if (values.size() < 3) return 0;
  const double mean = mean_of(values);
  double shifted = 0;
  double variance = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    variance += (values[i] - mean) * (values[i] - mean);
    if (i > 0) shifted += (values[i] - mean) * (values[i - 1] - mean);
  }
  return variance > 0 ? shifted / variance : 0;
}

}  // namespace pmembench
