// make_row: from a cell and its replicates to its row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/make_row.hpp"

namespace pmembench {

// How rows are judged: the confidence of intervals and what the harness itself costs.
struct RowContext {
  double confidence = 0.95;
  double precision = 0.02;
  // What `null` measured in this run, where it ran.
  std::optional<double> null_ns_per_operation = std::nullopt;
  std::vector<Warning> run_warnings = {};  // of the run's conditions: every row's
};

// From a cell and its replicates (one a process) to the row: Hodges-Lehmann over the replicates'
// medians (on ln, reported as ns_per_operation and as its inverse rates), histograms merged,
// percentiles that n supports, claim by the cell's workload and medium, warnings. No replicates:
// status "skipped" with the cell's skip_reason, or "unmeasured" where it has none. `error`
// non-empty: status "error" with it as the reason, and no numbers; so does a row that contradicts
// itself (results/row_checks.hpp).
Row make_row(const Cell& cell, const std::vector<Replicate>& replicates, const std::string& error,
             const RowContext& context);

}  // namespace pmembench
