// Intervals of quantiles: of the binomial distribution, and of a sample by its order statistics.
#pragma once

#include <cstdint>
#include <optional>

#include "measure/histogram.hpp"

namespace pmembench {

// The smallest k with P(X <= k) >= probability, X of Binomial(n, share). n up to 2^53.
[[nodiscard]] std::uint64_t binomial_quantile(std::uint64_t n, double share, double probability);

// Ranks (from 1) of the order statistics that enclose the quantile with `confidence`: low = the
// binomial quantile at alpha / 2, high = the one at 1 - alpha / 2, plus 1. Nothing where a sample
// of n is too small to hold both.
struct RankInterval {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};
[[nodiscard]] std::optional<RankInterval> quantile_ranks(std::uint64_t n, double share,
                                                         double confidence = 0.95);

// The same as values of a histogram: the buckets' bounds, so never too narrow.
struct QuantileInterval {
  double low = 0;
  double high = 0;
};
[[nodiscard]] std::optional<QuantileInterval> quantile_interval(const Histogram& histogram,
                                                                double share,
                                                                double confidence = 0.95);

// Clopper-Pearson: the interval of a rate of which `hits` of `n` were seen. {0, 1} for n = 0.
[[nodiscard]] QuantileInterval rate_interval(std::uint64_t hits, std::uint64_t n,
                                             double confidence = 0.95);

}  // namespace pmembench
