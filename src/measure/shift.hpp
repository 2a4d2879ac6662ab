// The shift between two samples: Hodges-Lehmann, with the Mann-Whitney interval.
#pragma once

#include <cstdint>
#include <span>

#include "measure/estimate.hpp"

namespace pmembench {

// The median of all differences second[j] - first[i], and the interval from their order statistics
// with exact Mann-Whitney probabilities (Hollander, Wolfe, Chicken, 3rd ed., 4.2 and 4.3); the
// normal approximation where either has more than 40 values. Ties are kept: the interval is
// then conservative. Requires a value in both.
[[nodiscard]] Estimate hodges_lehmann_shift(std::span<const double> first,
                                            std::span<const double> second,
                                            double confidence = 0.95);

// Two-sided p of the Mann-Whitney test: exact where both have at most 40 values, with ties (by
// midranks) at most 20;
// the normal approximation with its correction for ties beyond.
[[nodiscard]] double mann_whitney_p_value(std::span<const double> first,
                                          std::span<const double> second);

// P(U <= u) of two samples of m and n without ties, exact; at most 40 each.
[[nodiscard]] double mann_whitney_cdf(unsigned m, unsigned n, unsigned u);

}  // namespace pmembench
