// The hosts of cells that several measured, as a table.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"

namespace pmembench {

// A line for each host of each cell that hosts measured together: its time, its ratio to the rest
// with the interval, its verdict. Empty where there is none.
[[nodiscard]] std::string cluster_text(const std::vector<Row>& rows);

// "12 % slower [9, 15]", "equal [-1, 2] %"; without an interval what is known.
[[nodiscard]] std::string standing_text(const Estimate& ratio, const std::string& verdict);

}  // namespace pmembench
