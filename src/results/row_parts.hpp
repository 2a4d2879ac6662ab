// The steps of make_row: what each works out from a cell's replicates. For src/results only.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/estimate.hpp"
#include "measure/replicate.hpp"
#include "plan/plan.hpp"
#include "results/row.hpp"

namespace pmembench {

// Replicates with their JSON texts parsed; a text that is no object counts as an empty one.
// details: {"timer": {"step_ns": ...}, "counters": {"operations": ..., "bytes_copied_from": ...,
// "bytes_copied_to": ..., "lines_flushed": ..., "drains": ..., and what layers count}, "cpus": [0,
// 1]}. medium: MediaFacts by their names and "claim"; node_share: {"0": share}.
struct ParsedReplicates {
  const std::vector<Replicate>& replicates;
  std::vector<nlohmann::json> media;
  std::vector<nlohmann::json> details;
};
ParsedReplicates parse_replicates(const std::vector<Replicate>& replicates);

// The number at object[key], where there is a finite one.
std::optional<double> number_at(const nlohmann::json& object, std::string_view key);
// Node -> share of the bytes, as {"0": 1.0} or [[0, 1.0]]; empty where the medium does not say.
std::vector<std::pair<int, double>> node_shares(const nlohmann::json& medium);

// Latency from the merged histograms, or of a dependent chain from the time of an operation;
// nothing where the cell took neither.
std::optional<LatencyResult> latency_of(const Cell& cell, const std::vector<Replicate>& replicates,
                                        const Estimate& ns_per_operation);

// Of an open loop's service times; nothing where there are none.
std::optional<LatencyResult> service_of(const Cell& cell, const ParsedReplicates& parsed);

// The cell's nodes with what was measured between them; nothing where it was not placed by nodes.
std::optional<RowPair> pair_of(const Cell& cell, const Row& row);

// The facts a reader must know; `row` is complete but for its warnings.
std::vector<Warning> warnings_of(const Cell& cell, const ParsedReplicates& parsed, const Row& row,
                                 const RowContext& context);

}  // namespace pmembench
