// What one thing costs more than another that was measured next to it, as a difference or a factor.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Medians of processes, with and without: the difference and its interval over processes. None
// where the interval holds 0 and ends below 5 % of `without`; `missed` says where. Not determined:
// fewer than six processes, an interval that holds 0 or is wider than 40 % of the value.
[[nodiscard]] Inference infer_cost(std::string_view property, std::span<const double> with_ns,
                                   std::span<const double> without_ns);

// The same as a factor: with / without. None where the interval is within 8 % of 1.
// Not determined: an interval that is wider than the factor is from 1.
[[nodiscard]] Inference infer_factor(std::string_view property, std::span<const double> with,
                                     std::span<const double> without);

}  // namespace pmembench
