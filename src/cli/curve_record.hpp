// From what a runner measured of a curve to the record that the document is made from.
#pragma once

#include <vector>

#include "results/curve_document.hpp"
#include "run/curve_runner.hpp"

namespace pmembench {

// `rows`: of all points of the outcome, among others. `pauses`: its points are pauses and not
// shares.
[[nodiscard]] CurveRecord curve_record(const Cell& base, const CurveOutcome& outcome,
                                       const std::vector<Row>& rows, bool pauses);

}  // namespace pmembench
