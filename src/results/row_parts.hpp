// The steps of make_row: what each works out from a cell's replicates. For src/results only.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "plan/plan.hpp"
#include "record/replicate.hpp"
#include "results/make_row.hpp"

namespace pmembench {

// Latency from the merged histograms, or of a dependent chain from the time of an operation;
// nothing where the cell took neither.
std::optional<LatencyResult> latency_of(const Cell& cell, const std::vector<Replicate>& replicates,
                                        const Estimate& ns_per_operation);

// Of an open loop's service times; nothing where there are none.
std::optional<LatencyResult> service_of(const Cell& cell, const std::vector<Replicate>& replicates);

// The cell's nodes with what was measured between them; nothing where it was not placed by nodes.
std::optional<RowPair> pair_of(const Cell& cell, const Row& row);

// Of the operations that were done and timed, those that failed and were counted (path guarded).
[[nodiscard]] inline double failed_share(const Row& row) {
  const auto failed = row.amplification.find("failed_operations");
  return failed == row.amplification.end() ? 0 : std::clamp(failed->second, 0.0, 1.0);
}

// The facts a reader must know; `row` is complete except for its warnings.
std::vector<Warning> warnings_of(const Cell& cell, const std::vector<Replicate>& replicates,
                                 const Row& row, const RowContext& context);

// Those that there are, in order.
[[nodiscard]] inline std::vector<Warning> present(std::vector<std::optional<Warning>> maybe) {
  std::vector<Warning> warnings;
  for (std::optional<Warning>& warning : maybe) {
    if (warning) warnings.push_back(std::move(*warning));
  }
  return warnings;
}

// Of a cell that several hosts measured together; nothing of another.
std::optional<RowCluster> cluster_of(const std::vector<Replicate>& replicates, double confidence);
// And what a reader must know of its hosts.
std::vector<Warning> cluster_warnings_of(const Row& row);

// Of these, those about the memory of the bytes: in which nodes, pages and caches they were.
std::vector<Warning> memory_warnings_of(const Cell& cell, const std::vector<Replicate>& replicates);

}  // namespace pmembench
