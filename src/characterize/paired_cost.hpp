// What one thing costs more than another that was measured next to it, as a difference or a factor.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Medians of processes, with and without: the difference and its interval over processes. None
// where the interval holds 0 and is narrower than 4 % of `without`. Not determined: fewer than six
// processes, an interval that holds 0 or is wider than the value.
[[nodiscard]] Inference infer_cost(std::string_view property, std::span<const double> with_ns,
                                   std::span<const double> without_ns);

// The same as a factor: with / without. None where the interval is within 4 % of 1.
[[nodiscard]] Inference infer_factor(std::string_view property, std::span<const double> with,
                                     std::span<const double> without);

}  // namespace pmembench
