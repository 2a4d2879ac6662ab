// The exact signed-rank test of differences (F. Wilcoxon, Biometrics Bulletin 1(6), 1945).
#pragma once

#include <span>

namespace pmembench {

enum class Alternative { two_sided, greater, less };

// How likely the ranks of `differences` are if their distribution is symmetric about zero: exact
// for up to 60 of them that are not zero (the conditional distribution given the ties, by
// midranks), the normal approximation with its correction for ties beyond. Zeros are dropped, as
// Wilcoxon did. 1 where nothing is left. A NaN among the differences is a programmer error.
[[nodiscard]] double signed_rank_p_value(std::span<const double> differences,
                                         Alternative alternative = Alternative::two_sided);

}  // namespace pmembench
