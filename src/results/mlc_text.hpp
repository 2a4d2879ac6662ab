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

// The latency of a line in the cache of another CPU.
struct MlcTransfer {
  bool dirty = false;                      // HITM; else HIT
  int writer_cpu = -1, reader_cpu = -1;    // who had the line, who loaded it
  int writer_node = -1, reader_node = -1;  // -1: unknown
  Estimate ns;
};

// "Local Socket L2->L2 HIT  latency\t48.1", the median of the pairs of one node, and for pairs of
// two nodes a matrix each for clean and dirty lines; below them each pair with its interval.
[[nodiscard]] std::string mlc_transfer_text(const std::vector<MlcTransfer>& transfers);

// "from    32M :\t20511.3", a line for each row in its order: from where in the buffer.
[[nodiscard]] std::string mlc_scan_text(const std::vector<Row>& rows);

// "Each iteration took ... ( 80.9 ns)".
[[nodiscard]] std::string mlc_idle_text(const Row& row);

}  // namespace pmembench
