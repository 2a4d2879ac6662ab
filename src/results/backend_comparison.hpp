// BackendComparison: one piece of work by several backends, each against one of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/estimate.hpp"
#include "record/row.hpp"
#include "results/paired_share.hpp"
#include "results/printed_table.hpp"

namespace pmembench {

struct ComparedBackend {
  std::string backend;  // with its options
  std::string cell;
  Estimate ns_per_operation;  // as in the row
  // What it takes more than the reference, by replicates of the same round: if both are built in
  // they ran in one process, on the same pages, and the interval is narrower than those of the two
  // times. A round that only one of them had is left out. Absent of the reference, and without
  // pairs.
  std::optional<Estimate> over_reference;
};

struct BackendComparison {
  std::string title;                      // work, path and medium
  std::string reference;                  // a cell: the fastest whose stores leave the caches
  std::vector<ComparedBackend> backends;  // the fastest first
};

// The measured rows that differ by backend alone, two or more; what comes at a rate is left out.
[[nodiscard]] std::vector<BackendComparison> backend_comparisons(const std::vector<Row>& rows,
                                                                 const FiguresByCell& replicates,
                                                                 double confidence);

// One table, or none.
[[nodiscard]] std::vector<PrintedTable> backend_tables(
    const std::vector<BackendComparison>& comparisons);

}  // namespace pmembench
