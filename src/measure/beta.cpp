#include "measure/beta.hpp"

#include <cmath>
#include <limits>

namespace pmembench {
namespace {

// Never zero, so that it can be divided by.
double away_from_zero(double value) {
  constexpr double kTiny = 1e-300;
  return std::abs(value) < kTiny ? kTiny : value;
}

// The continued fraction; converges fast for x < (a + 1) / (a + b + 2), in about the root of the
// larger of a and b steps.
double fraction(double a, double b, double x) {
  const double most = 1000 + 100 * std::sqrt(std::fmax(a, b));
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double value = d;
  for (double step = 1; step < most; ++step) {
    const double twice = 2 * step;
    const double even = step * (b - step) * x / ((a + twice - 1) * (a + twice));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    value *= d * c;
    const double odd = -(a + step) * (a + b + step) * x / ((a + twice) * (a + twice + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    value *= d * c;
    if (std::abs(d * c - 1) <= 4 * std::numeric_limits<double>::epsilon()) break;
  }
  return value;
}

}  // namespace

double regularized_beta(double a, double b, double x) {
  if (!(x > 0)) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                                a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * fraction(a, b, x) / a;
  return 1 - front * fraction(b, a, 1 - x) / b;
}

}  // namespace pmembench
