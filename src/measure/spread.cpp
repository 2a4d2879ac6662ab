#include "measure/spread.hpp"

#include <cmath>
#include <vector>

#include "base/check.hpp"
#include "measure/beta.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

double student_upper_tail(double t, double degrees) {  // t >= 0
  return regularized_beta(degrees / 2, 0.5, degrees / (degrees + t * t)) / 2;
}

double normal_upper_tail(double z) { return std::erfc(z / std::sqrt(2.0)) / 2; }

// x >= 0 with falling(x) = tail, tail in (0, 0.5].
template <typename Function>
double invert_tail(Function falling, double tail) {
  double high = 1;
  while (falling(high) > tail && high < 1e300) high *= 2;
  double low = 0;
  for (int step = 0; step < 200; ++step) {
    const double middle = low + (high - low) / 2;
    (falling(middle) > tail ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

template <typename Function>
double quantile(Function falling, double probability) {
  PMB_CHECK(probability > 0 && probability < 1, "a probability is in (0, 1)");
  if (probability < 0.5) return -invert_tail(falling, probability);
  return invert_tail(falling, 1 - probability);
}

}  // namespace

double robust_deviation(std::span<const double> values) {
  const double middle = median(values);
  std::vector<double> distances;
  distances.reserve(values.size());
  for (const double value : values) distances.push_back(std::abs(value - middle));
  return 1.4826 * median(distances);
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / count;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / (count - 1));
}

double student_quantile(double probability, double degrees) {
  PMB_CHECK(degrees > 0, "Student's t has degrees of freedom");
  return quantile([&](double t) { return student_upper_tail(t, degrees); }, probability);
}

double normal_quantile(double probability) { return quantile(normal_upper_tail, probability); }

}  // namespace pmembench
