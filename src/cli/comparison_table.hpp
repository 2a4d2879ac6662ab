// A comparison as a person reads it on a terminal.
#pragma once

#include <string>

#include "results/comparison.hpp"

namespace pmembench {

// What one side lacks, where the environments differ, one table with what is flagged first, the
// verdict last. `explain`: with the meaning of each reason code below the table.
[[nodiscard]] std::string comparison_text(const Comparison& comparison, bool explain);

}  // namespace pmembench
