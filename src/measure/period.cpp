#include "measure/period.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "measure/spread.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestValues = 16;
constexpr unsigned kMostHarmonics = 20;
constexpr double kHarmonicPrice = 4;  // de Jager et al.: of each harmonic beyond the first
constexpr double kClip = 12;          // robust deviations
constexpr std::size_t kOversampling = 4;
constexpr double kMostDependence = 0.95;

using Complex = std::complex<double>;

// In place, radix 2; the length is a power of two.
void fourier(std::vector<Complex>& values) {
  const std::size_t count = values.size();
  for (std::size_t i = 1, j = 0; i < count; ++i) {
    std::size_t bit = count >> 1;
    for (; (j & bit) != 0; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) std::swap(values[i], values[j]);
  }
  for (std::size_t length = 2; length <= count; length *= 2) {
    const Complex turn = std::polar(1.0, -2 * std::numbers::pi / static_cast<double>(length));
    for (std::size_t begin = 0; begin < count; begin += length) {
      Complex factor = 1;
      for (std::size_t i = begin; i < begin + length / 2; ++i) {
        const Complex odd = values[i + length / 2] * factor;
        values[i + length / 2] = values[i] - odd;
        values[i] += odd;
        factor *= turn;
      }
    }
  }
}

void centre(std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  for (double& value : values) value -= sum / static_cast<double>(values.size());
}

// Logarithms, gaps filled, outliers clipped, neighbours made independent, mean zero.
std::vector<double> prepared(std::span<const double> values) {
  std::vector<double> known;
  for (const double value : values) {
    if (std::isfinite(value) && value > 0) known.push_back(std::log(value));
  }
  if (known.size() < kFewestValues) return {};
  const double typical = median(known);
  double spread = robust_deviation(known);
  if (!(spread > 0)) spread = standard_deviation(known);
  std::vector<double> series;
  for (const double value : values) {
    const double log = std::isfinite(value) && value > 0 ? std::log(value) : typical;
    series.push_back(std::clamp(log, typical - kClip * spread, typical + kClip * spread));
  }
  centre(series);
  const double dependence = std::clamp(lag1_autocorrelation(series), 0.0, kMostDependence);
  for (std::size_t i = series.size() - 1; i > 0; --i) series[i] -= dependence * series[i - 1];
  centre(series);
  return series;
}

struct Peak {
  std::size_t bin = 0;
  double statistic = -1;
  unsigned harmonics = 0;
};

// Twice the power over its mean: chi square with two degrees of freedom where there is no period.
std::vector<double> powers(const std::vector<double>& series, std::size_t length) {
  std::vector<Complex> transform(length);
  double sum_of_squares = 0;
  for (std::size_t i = 0; i < series.size(); ++i) {
    transform[i] = series[i];
    sum_of_squares += series[i] * series[i];
  }
  fourier(transform);
  std::vector<double> result(length / 2 + 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    result[i] = 2 * std::norm(transform[i]) / std::max(sum_of_squares, 1e-300);
  }
  return result;
}

Peak best_peak(const std::vector<double>& power, std::size_t first) {
  Peak best;
  for (std::size_t bin = first; bin < power.size(); ++bin) {
    double sum = 0;
    for (unsigned m = 1; m <= kMostHarmonics && m * bin < power.size(); ++m) {
      sum += power[m * bin];
      const double statistic = sum - kHarmonicPrice * (m - 1);
      if (statistic > best.statistic) best = {bin, statistic, m};
    }
  }
  return best;
}

double power_at(const std::vector<double>& series, double frequency) {
  const Complex turn = std::polar(1.0, -2 * std::numbers::pi * frequency);
  Complex factor = 1, sum = 0;
  for (const double value : series) {
    sum += value * factor;
    factor *= turn;
  }
  return std::norm(sum);
}

// Within one bin of the grid to either side: the frequency at which the peak's harmonics are
// strongest together.
double refined(const std::vector<double>& series, const Peak& peak, double bin_frequency) {
  constexpr int kSteps = 20;
  double best = static_cast<double>(peak.bin) * bin_frequency, most = -1;
  for (int step = -kSteps; step <= kSteps; ++step) {
    const double frequency =
        (static_cast<double>(peak.bin) + static_cast<double>(step) / kSteps) * bin_frequency;
    double sum = 0;
    for (unsigned m = 1; m <= peak.harmonics; ++m) sum += power_at(series, m * frequency);
    if (sum > most) {
      most = sum;
      best = frequency;
    }
  }
  return best;
}

}  // namespace

Period find_period(std::span<const double> values, std::uint64_t seed, const PeriodRule& rule) {
  Period result;
  if (values.size() < kFewestValues) return result;
  std::vector<double> series = prepared(values);
  if (series.empty()) return result;
  std::size_t length = 1;
  while (length < kOversampling * series.size()) length *= 2;
  const double bin_frequency = 1 / static_cast<double>(length);
  const auto first =
      static_cast<std::size_t>(std::ceil(static_cast<double>(rule.fewest_cycles) /
                                         static_cast<double>(series.size()) / bin_frequency));
  const Peak peak = best_peak(powers(series, length), first);
  if (peak.harmonics == 0) return result;
  result.period = 1 / refined(series, peak, bin_frequency);
  result.statistic = peak.statistic;
  result.harmonics = peak.harmonics;
  double as_large = 1;  // the order seen is one of them
  std::vector<double> shuffled = series;
  for (unsigned i = 0; i < rule.permutations; ++i) {
    shuffle(shuffled, mix_seed(seed + i));
    if (best_peak(powers(shuffled, length), first).statistic >= peak.statistic * (1 - 1e-9)) {
      ++as_large;
    }
  }
  result.p_value = as_large / (rule.permutations + 1.0);
  result.found = result.p_value <= rule.significance;
  return result;
}

}  // namespace pmembench
