// Measured rows as the tables that Intel MLC prints, with our intervals behind the values.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"
#include "results/loaded_curve.hpp"
#include "results/node_matrix.hpp"

namespace pmembench {

// MB/s are of 10^6 bytes, as MLC has them. Each text ends with a new line.

// "Inject Latency Bandwidth", a row for each point in the order of growing delay.
[[nodiscard]] std::string mlc_loaded_text(const LoadedCurve& curve, const std::string& traffic);

// "Numa node 0 1", and below it each field with its interval. Of the rows of one measure.
[[nodiscard]] std::string mlc_matrix_text(const NodeMatrix& matrix);

// "ALL Reads        :\t280874.6", in MLC's order; a name without a row is left out. `names` and
// `rows` belong together.
[[nodiscard]] std::string mlc_peak_text(const std::vector<std::string>& names,
                                        const std::vector<Row>& rows);

// "Each iteration took ... ( 80.9 ns)".
[[nodiscard]] std::string mlc_idle_text(const Row& row);

}  // namespace pmembench
