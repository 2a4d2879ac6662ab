#include "measure/quantile_interval.hpp"

#include "base/check.hpp"
#include "measure/beta.hpp"

namespace pmembench {
namespace {

// P(X <= k), X of Binomial(n, share).
double binomial_cdf(std::uint64_t n, double share, std::uint64_t k) {
  if (k >= n) return 1;
  return regularized_beta(static_cast<double>(n - k), static_cast<double>(k) + 1, 1 - share);
}

// x in [0, 1] where `rising` reaches `target`.
template <typename Function>
double bisect(Function rising, double target) {
  double low = 0;
  double high = 1;
  for (int step = 0; step < 100; ++step) {
    const double middle = (low + high) / 2;
    (rising(middle) < target ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

std::uint64_t binomial_quantile(std::uint64_t n, double share, double probability) {
  PMB_CHECK(share >= 0 && share <= 1, "a share is in [0, 1]");
  std::uint64_t low = 0;
  std::uint64_t high = n;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (binomial_cdf(n, share, middle) >= probability) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

std::optional<RankInterval> quantile_ranks(std::uint64_t n, double share, double confidence) {
  PMB_CHECK(confidence > 0 && confidence < 1, "a confidence is in (0, 1)");
  const double tail = (1 - confidence) / 2;
  const RankInterval ranks{binomial_quantile(n, share, tail),
                           binomial_quantile(n, share, 1 - tail) + 1};
  if (ranks.low < 1 || ranks.high > n) return std::nullopt;
  return ranks;
}

std::optional<QuantileInterval> quantile_interval(const Histogram& histogram, double share,
                                                  double confidence) {
  const auto ranks = quantile_ranks(histogram.count(), share, confidence);
  if (!ranks) return std::nullopt;
  QuantileInterval interval;
  std::uint64_t seen = 0;
  bool low_found = false;
  for (const auto& [index, times] : histogram.sparse()) {
    seen += times;
    if (!low_found && seen >= ranks->low) {
      interval.low = static_cast<double>(Histogram::bucket_low(index));
      low_found = true;
    }
    if (seen < ranks->high) continue;
    interval.high = static_cast<double>(Histogram::bucket_high(index));
    break;
  }
  return interval;
}

QuantileInterval rate_interval(std::uint64_t hits, std::uint64_t n, double confidence) {
  PMB_CHECK(hits <= n, "a rate has no more hits than tries");
  const double tail = (1 - confidence) / 2;
  const auto k = static_cast<double>(hits);
  const auto rest = static_cast<double>(n - hits);
  QuantileInterval interval{0, 1};
  if (hits > 0) {
    interval.low = bisect([&](double x) { return regularized_beta(k, rest + 1, x); }, tail);
  }
  if (hits < n) {
    interval.high = bisect([&](double x) { return regularized_beta(k + 1, rest, x); }, 1 - tail);
  }
  return interval;
}

}  // namespace pmembench
