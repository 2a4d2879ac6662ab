// The table of a run, as a person reads it.
#pragma once

#include <string>
#include <vector>

#include "cli/result_view.hpp"
#include "record/row.hpp"

namespace pmembench {

// One table a medium: rate and bandwidth with the half width of their interval, time an operation,
// percentiles, what the row may claim. Below it what the flags mean, the harness's floor, and a
// line for each cell that did not run, with its reason (equal reasons together).
[[nodiscard]] std::string result_text(const std::vector<Row>& rows, const ResultView& view = {});

// The cell's name without the parts that have their own columns: medium, backend, path, threads,
// timing.
[[nodiscard]] std::string what_of(const Row& row);

}  // namespace pmembench
