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
constexpr unsigned kMostHarmonics = 40;
constexpr double kHarmonicPrice = 4;  // de Jager et al.: of each harmonic beyond the first
constexpr double kClip = 12;          // robust deviations
constexpr std::size_t kOversampling = 4;
constexpr double kMostDependence = 0.95;
constexpr unsigned kMostMultiples = 64;  // of the period at which H is largest
constexpr unsigned kMostParts = 12;
constexpr double kNearlyAll = 0.66;  // of what repeats: between all of it and the half at P / 2

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

// How much of the series' sum of squares repeats itself after `period` steps: folded into bins of a
// step each or a little more, less what as many bins explain of noise. (With bins below a step a
// pulse could have one for itself at the half of an odd period, and all would repeat there.)
// `shift`: where the first bin begins, in bins.
double repeated(const std::vector<double>& series, double period, double shift) {
  const auto bins = static_cast<std::size_t>(period);
  if (bins + 1 >= series.size()) return 0;
  std::vector<double> sums(bins), counts(bins);
  const double step = static_cast<double>(bins) / period;
  double at = shift, whole = 0;
  for (const double value : series) {
    const auto bin = std::min(bins - 1, static_cast<std::size_t>(at));
    sums[bin] += value;
    counts[bin] += 1;
    whole += value * value;
    at += step;
    if (at >= static_cast<double>(bins)) at -= static_cast<double>(bins);
  }
  double explained = 0;
  for (std::size_t i = 0; i < bins; ++i) {
    if (counts[i] > 0) explained += sums[i] * sums[i] / counts[i];
  }
  const auto spent = static_cast<double>(bins - 1);
  const double noise = (whole - explained) / (static_cast<double>(series.size()) - spent);
  return explained - spent * noise;
}

struct PeriodFold {
  double period = 0, repeated = 0;
};

// The best fold at about `period`. By the step at which H was refined it may be off, over all of
// the series, by a 160th of itself.
PeriodFold best_fold(const std::vector<double>& series, double period) {
  constexpr double kStep = 0.5, kOff = 100;
  const double most = 2 + period / kOff;
  PeriodFold best{period, 0};
  for (double drift = -most; drift <= most; drift += kStep) {
    const double tried = period * (1 + drift / static_cast<double>(series.size()));
    for (const double shift : {0.0, 0.25, 0.5, 0.75}) {
      const double now = repeated(series, tried, shift);
      if (now > best.repeated) best = {tried, now};
    }
  }
  return best;
}

// The shortest of periods, given from the shortest on, at which nearly all repeats that does at
// any.
PeriodFold shortest_of(const std::vector<PeriodFold>& folds) {
  double most = 0;
  for (const PeriodFold& fold : folds) most = std::max(most, fold.repeated);
  for (const PeriodFold& fold : folds) {
    if (fold.repeated > 0 && fold.repeated >= kNearlyAll * most) return fold;
  }
  return folds.front();
}

// Every multiple of a spike train's frequency has the same harmonics, and H ties there. Folded at a
// half of the period only half of it repeats, at a third a third; at the period, and at multiples
// of it, all does: the shortest of these is the fundamental. H itself may be largest at any of
// them, or at 5/2 of the period, so first multiples are tried, then parts.
double fundamental(const std::vector<double>& series, double likely, double longest) {
  std::vector<PeriodFold> multiples;
  for (unsigned i = 1; i <= kMostMultiples && (i == 1 || i * likely <= longest); ++i) {
    multiples.push_back(best_fold(series, i * likely));
  }
  const PeriodFold whole = shortest_of(multiples);
  std::vector<PeriodFold> parts;
  for (unsigned i = kMostParts; i > 1; --i) {
    if (whole.period / i >= 2) parts.push_back(best_fold(series, whole.period / i));
  }
  parts.push_back(whole);
  return shortest_of(parts).period;
}

struct PeriodSearch {
  Peak peak;
  double period = 0;
  std::size_t length = 0, first = 0;
};

PeriodSearch search_period(const std::vector<double>& series, unsigned fewest_cycles) {
  PeriodSearch result;
  result.length = 1;
  while (result.length < kOversampling * series.size()) result.length *= 2;
  const double bin_frequency = 1 / static_cast<double>(result.length);
  const double longest = static_cast<double>(series.size()) / fewest_cycles;
  result.first = static_cast<std::size_t>(std::ceil(1 / longest / bin_frequency));
  result.peak = best_peak(powers(series, result.length), result.first);
  if (!(result.peak.statistic > 0)) return result;
  const double likely = std::min(longest, 1 / refined(series, result.peak, bin_frequency));
  result.period = fundamental(series, likely, longest);
  return result;
}

// The mean of each bin of a step, folded at `period`; `first`: the place of the part in the series.
std::vector<double> profile(std::span<const double> part, double period, std::size_t first) {
  const auto bins = static_cast<std::size_t>(std::ceil(period));
  std::vector<double> sums(bins), counts(bins);
  for (std::size_t i = 0; i < part.size(); ++i) {
    const double phase = std::fmod(static_cast<double>(first + i), period) / period;
    const auto bin =
        std::min(bins - 1, static_cast<std::size_t>(phase * static_cast<double>(bins)));
    sums[bin] += part[i];
    counts[bin] += 1;
  }
  for (std::size_t i = 0; i < bins; ++i) sums[i] /= std::max(1.0, counts[i]);
  return sums;
}

// Of all shifts between the profiles of two halves, is none the likeliest, and clearly so?
bool profiles_agree(std::span<const double> series, double period) {
  constexpr std::size_t kFewestBins = 16;
  constexpr double kClearly = 4;  // robust deviations over all shifts
  const std::size_t middle = series.size() / 2;
  const std::vector<double> first = profile(series.first(middle), period, 0);
  const std::vector<double> second = profile(series.subspan(middle), period, middle);
  const std::size_t bins = first.size();
  if (bins < kFewestBins) return false;
  std::vector<double> products(bins);
  for (std::size_t shift = 0; shift < bins; ++shift) {
    for (std::size_t i = 0; i < bins; ++i) {
      products[shift] += first[i] * second[(i + shift) % bins];
    }
  }
  const auto best = std::max_element(products.begin(), products.end());
  const auto shift = static_cast<std::size_t>(best - products.begin());
  const double typical = median(products);
  return (shift <= 1 || shift == bins - 1) &&
         *best - typical > kClearly * robust_deviation(products);
}

// Each half of the series, alone, leads to that period; or, where a half has too few cycles of a
// long one for that, both have it at the same phase.
bool halves_agree(const std::vector<double>& series, double period, unsigned fewest_cycles) {
  constexpr double kTolerance = 0.03;
  if (profiles_agree(series, period)) return true;
  const auto middle = series.begin() + static_cast<std::ptrdiff_t>(series.size() / 2);
  for (std::vector<double> half :
       {std::vector<double>(series.begin(), middle), std::vector<double>(middle, series.end())}) {
    centre(half);
    const double own = search_period(half, std::max(2U, fewest_cycles / 2)).period;
    if (std::abs(own / period - 1) > kTolerance) return false;
  }
  return true;
}

}  // namespace

Period find_period(std::span<const double> values, std::uint64_t seed, const PeriodRule& rule) {
  Period result;
  if (values.size() < kFewestValues) return result;
  std::vector<double> series = prepared(values);
  if (series.empty()) return result;
  const PeriodSearch found = search_period(series, rule.fewest_cycles);
  const Peak& peak = found.peak;
  if (!(found.period > 0)) return result;
  result.period = found.period;
  result.statistic = peak.statistic;
  result.harmonics = peak.harmonics;
  double as_large = 1;  // the order seen is one of them
  std::vector<double> shuffled = series;
  for (unsigned i = 0; i < rule.permutations; ++i) {
    shuffle(shuffled, mix_seed(seed + i));
    const Peak other = best_peak(powers(shuffled, found.length), found.first);
    if (other.statistic >= peak.statistic * (1 - 1e-9)) ++as_large;
  }
  result.p_value = as_large / (rule.permutations + 1.0);
  result.halves_agree = halves_agree(series, result.period, rule.fewest_cycles);
  result.found = result.p_value <= rule.significance && result.halves_agree;
  return result;
}

}  // namespace pmembench
