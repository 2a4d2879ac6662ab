// The table of a run, as a person reads it.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"

namespace pmembench {

// One table a medium: rate and bandwidth with the half width of their interval, time an operation,
// percentiles, what the row may claim. Below it what the marks mean, the harness's floor, and a
// line for each cell that did not run, with its reason (equal reasons together).
[[nodiscard]] std::string result_text(const std::vector<Row>& rows);

}  // namespace pmembench
