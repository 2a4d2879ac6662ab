// How many replicates a cell will have when it is done: what the time left of a run follows from.
#pragma once

#include <optional>
#include <span>

#include "measure/stopping_rule.hpp"

namespace pmembench {

// From the spread of the replicates so far (natural logarithms of their medians): an interval
// narrows with the square root of their number, and the rule ends where it is narrow enough.
// Between the rule's minimum and maximum; absent with fewer than two replicates.
[[nodiscard]] std::optional<unsigned> expected_replicates(std::span<const double> log_medians,
                                                          const StoppingRule& rule);

}  // namespace pmembench
