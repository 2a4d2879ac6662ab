// Derived: all that the rows and replicates of a run say together. Computed once, stored when the
// run ends, printed by `show`, drawn by the report; nothing above it computes a statistic.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/row.hpp"
#include "results/backend_comparison.hpp"
#include "results/crossover.hpp"
#include "results/durability_costs.hpp"
#include "results/headline.hpp"
#include "results/ladder.hpp"
#include "results/loaded_curve.hpp"
#include "results/node_matrix.hpp"
#include "results/printed_table.hpp"
#include "results/quotable.hpp"
#include "results/row_facts.hpp"

namespace pmembench {

struct DeriveContext {
  double confidence = 0.95;
  OptionsByCell backend_options;
};

// The thresholds that a page shows (record/limits.hpp).
struct PageLimits {
  double disturbed_share = 0, steal_share = 0;
};

struct Derived {
  std::vector<HeadlineLine> headline;
  std::vector<QuotableLight> quotable;
  std::vector<BackendComparison> backends;
  std::vector<Ladder> ladders;
  std::vector<DurabilityCosts> durability;
  std::vector<Crossover> crossovers;
  std::vector<NodeMatrix> matrices;
  std::vector<InterleaveSweep> interleave;
  std::vector<LoadedCurve> loaded;
  std::vector<RowFacts> rows;
  RunNoise noise;
  std::string harness_floor;
  // Of each parameter of a workload or path: "size" (bytes), "count", "real", "choice", "text".
  std::map<std::string, std::string> parameter_kinds;
  std::vector<std::string> path_parameters;  // of those, the ones that a path has for itself
  PageLimits limits;
  // The same in words, as the terminal prints it: backends, ladders, durability, nodes, interleave,
  // loaded.
  std::vector<PrintedTable> tables;
};

// Whether the findings about a row need the distributions of its replicates and what they saw under
// load, and not only their medians.
[[nodiscard]] bool derives_from_distribution(const Row& row);

// `replicates` of the rows that were measured, by cell.
[[nodiscard]] Derived derive(const std::vector<Row>& rows, const FiguresByCell& replicates,
                             const DeriveContext& context);

// From a run's plan as the store keeps it; what it does not have has its default.
[[nodiscard]] DeriveContext derive_context(const nlohmann::json& plan);

// {"schema": "pmembench-derived", "version": 3, ...}: docs/schema.md.
[[nodiscard]] nlohmann::json derived_json(const Derived& derived);
// Its JSON schema, as docs/schemas/derived.schema.json has it.
[[nodiscard]] std::string derived_schema();
// Error (runtime): another schema or version, or a value that is missing or of another type.
Result<Derived> derived_from_json(const nlohmann::json& document);

}  // namespace pmembench
