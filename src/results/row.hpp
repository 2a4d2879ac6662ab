// Row: the result of one cell as it is shown, stored and exported. DESIGN 7 names the fields.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "measure/estimate.hpp"
#include "measure/replicate.hpp"
#include "plan/plan.hpp"

namespace pmembench {

struct LatencyResult {
  std::string mode;  // "issue", "durable", "dependent"
  std::uint64_t n = 0;
  double mean_ns = 0, minimum_ns = 0, maximum_ns = 0;
  // Name ("p50", "p99.9") -> ns; only those that n supports. One that lies below floor_ns is
  // reported as it was measured, with a warning.
  std::vector<std::pair<std::string, double>> percentiles;
};

// A fact that a reader of the number must know: a type, its cause and its remedy.
struct Warning {
  std::string type;  // "disturbed", "page_size", "placement", "below_floor", "not_converged", ...
  std::string sentence;  // cause and remedy
};

// From which node a cell reached for which memory, and what its firmware rates that.
struct RowPair {
  int initiator_node = -1;
  std::string target;              // "node 1", "dax0.0", "interleave 0:3+1:1"
  std::optional<int> target_node;  // nullopt: unknown, or several
  std::vector<NodeWeight> interleave;
  std::string group;              // cells that differ in the pair alone share it
  std::string measure;            // "latency_ns" (dependent loads), "bytes_per_s", or empty
  std::optional<double> rated;    // in the measure's unit; nullopt: not rated
  std::string rated_by;           // "HMAT", "hwloc"; empty: not rated
  std::optional<Estimate> ratio;  // measured / rated
};

struct Row {
  std::string cell, media, backend, path, workload;
  std::map<std::string, std::string> parameters;
  unsigned threads = 1;
  std::string placement_asked, placement_verified;
  std::string status;                       // "ok", "skipped", "error"
  std::string reason;                       // of skipped and error
  std::string claim;                        // "durable", "emulated", "volatile"
  std::uint64_t operations = 0, bytes = 0;  // in all timed slices
  std::optional<Estimate> operations_per_s, bytes_per_s, ns_per_operation;
  std::optional<LatencyResult> latency_ns;
  // Of an open loop: from when an operation could begin; latency_ns is from when it was due.
  std::optional<LatencyResult> service_ns;
  double floor_ns =
      0;  // cost of an operation by `null` (slices), or of an empty clock pair (operation)
  unsigned replicates = 0;
  std::uint64_t slices = 0;
  bool converged = false;
  double disturbed_share = 0;  // of slices: preempted, and repeated
  // Per operation, counted by the device and the layers on it: "bytes_asked", "bytes_stored",
  // "bytes_loaded", "lines_flushed", "fences", and where there are sectors "sectors_written", ...
  std::map<std::string, double> amplification;
  // What the workload found out, by its own names ("huge_mappable_share", ...): the mean over the
  // replicates.
  std::map<std::string, double> figures;
  std::vector<Warning> warnings;
  std::uint64_t seed = 0;
  std::optional<RowPair> numa;  // of a cell that was placed by nodes
  nlohmann::json medium;        // MediaFacts as verified: page size, node shares, MAP_SYNC, domain
};

// Exactly the field names above; absent optionals are null; NaN and infinity become null.
nlohmann::json to_json(const Row& row);
Result<Row> row_from_json(const nlohmann::json& json);

// How rows are judged: the confidence of intervals and what the harness itself costs.
struct RowContext {
  double confidence = 0.95;
  double precision = 0.02;
  // What `null` measured in this run, where it ran.
  std::optional<double> null_ns_per_operation = std::nullopt;
  std::vector<Warning> run_warnings = {};    // of what stood around the run: every row's
  std::uint64_t last_level_cache_bytes = 0;  // of the host; 0: not known
};

// From a cell and its replicates (one a process) to the row: Hodges-Lehmann over the replicates'
// medians (on ln, reported as ns_per_operation and as its inverse rates), histograms merged,
// percentiles that n supports, claim by the cell's workload and medium, warnings. No replicates:
// status "skipped" with the cell's skip_reason. `error` non-empty: status "error" with it as the
// reason, and no numbers; so does a row that contradicts itself (results/row_checks.hpp).
Row make_row(const Cell& cell, const std::vector<Replicate>& replicates, const std::string& error,
             const RowContext& context);

}  // namespace pmembench
