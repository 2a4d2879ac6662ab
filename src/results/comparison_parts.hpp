// What the texts of a comparison share. For src/results only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "results/comparison.hpp"

namespace pmembench {

// The cells as a reader wants them: what is wrong first (in the order of Verdict, worst first), and
// among equals the largest effect first.
[[nodiscard]] std::vector<const CellVerdict*> by_severity(const Comparison& comparison);
// Is the reader to look at it?
[[nodiscard]] bool is_flagged(Verdict verdict);
// Entries that were left out, grouped by side and reason: one line each, with the first names.
[[nodiscard]] std::vector<std::string> left_out_lines(const Comparison& comparison);
// Claims of `durable` that no audit proves: one line for each sentence.
[[nodiscard]] std::vector<std::string> unaudited_lines(const Comparison& comparison);
// Cells that were imported on one side or both: one line each, with both times.
[[nodiscard]] std::vector<std::string> imported_lines(const Comparison& comparison);

}  // namespace pmembench
