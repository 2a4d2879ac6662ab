// The facts that a table shows of a row and of a whole run in addition to their numbers: intervals
// as they are printed, flags, the noise, what the harness costs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/ladder.hpp"

namespace pmembench {

// c: not converged; i: imported; d: disturbed; w: has another warning. As the terminal prints
// them.
[[nodiscard]] std::string marks_of(const Row& row);

struct RowFacts {
  std::string cell;
  std::string interval;                   // of the time an operation: "±3.4%"; empty: none
  std::optional<double> half_width;       // of it, as a share of the estimate
  std::string marks;                      // marks_of
  std::vector<std::string> remarks;       // the same in words: "not converged", "page size"
  std::optional<double> stored_per_byte;  // bytes stored for each byte to be stored
};

// Of the rows that were measured, in their order.
std::vector<RowFacts> row_facts(const std::vector<Row>& rows);

// What was taken from the run, over all its replicates.
struct RunNoise {
  std::uint64_t processes = 0;  // of the cell that has most
  std::uint64_t slices = 0, disturbed = 0;
  double disturbed_share = 0;  // of the slices
  std::uint64_t involuntary_switches = 0;
  std::optional<double> steal_share_max;
};
RunNoise noise_of(const std::vector<Row>& rows, const FiguresByCell& replicates);

// "null costs 0.02 to 0.07 ns an operation; the clock, read between two timed operations, up to
// 40 ns"; empty where the run measured neither. Nothing is subtracted.
[[nodiscard]] std::string harness_floor(const std::vector<Row>& rows);

}  // namespace pmembench
