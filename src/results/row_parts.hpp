// The steps of make_row: what each works out from a cell's replicates. For src/results only.
#pragma once

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

// The facts a reader must know; `row` is complete but for its warnings.
std::vector<Warning> warnings_of(const Cell& cell, const std::vector<Replicate>& replicates,
                                 const Row& row, const RowContext& context);

}  // namespace pmembench
