// The false discovery rate over many tests (Y. Benjamini, Y. Hochberg, JRSS B 57(1), 1995).
#pragma once

#include <span>
#include <vector>

namespace pmembench {

// Each p-value as adjusted for having been one of all these: rejecting where it is at most q keeps
// the expected share of false rejections at q. In the order given; NaN counts as 1.
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace pmembench
