// Hosts that measured the same cells apart from each other: each against the rest.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "measure/stragglers.hpp"
#include "results/store.hpp"

namespace pmembench {

// A run of one host, or of several that measured together, as it is stored.
struct FleetRun {
  std::string label;  // as the user named it
  RunRecord record;
  std::vector<Row> rows;
  std::vector<std::vector<Replicate>> replicates;  // of each row
};

// Of the store's run `id`, or of its latest. Rows of all hosts together, and those that measured
// nothing, are left out.
Result<FleetRun> load_fleet_run(const Store& store, std::optional<std::int64_t> id,
                                const std::string& label);

// The host that measured a row of the run: the row's own, or the run's.
[[nodiscard]] std::string host_of_row(const FleetRun& run, const Row& row);
// The name of its cell without the host.
[[nodiscard]] std::string cell_of_row(const Row& row);

struct FleetCell {
  std::string cell;
  std::vector<HostStanding> hosts;
};

// By cell, in the order of the first run. Processes of one host in several runs are pooled; cells
// of one host alone are left out. Errors (usage): fewer than two hosts, no common cell, or runs of
// different versions of pmembench.
Result<std::vector<FleetCell>> fleet_of(const std::vector<FleetRun>& runs,
                                        const StragglerRules& rules);

// Of all hosts and cells: slower where one is, else unknown where one is, else equal (also where
// one is faster).
[[nodiscard]] HostVerdict verdict_of(const std::vector<FleetCell>& cells);

// The document of kind `fleet`: "pmembench-fleet", version 1 (docs/hosts.md).
[[nodiscard]] nlohmann::json fleet_document(const std::vector<FleetCell>& cells,
                                            const StragglerRules& rules);

// The rows of the runs as those of one: each host's own, named by cell and host, with their
// replicates. Errors: those of fleet_of; two runs with the same cell of one host (usage).
struct MergedRun {
  RunRecord record;
  std::vector<Row> rows;
  std::vector<std::vector<Replicate>> replicates;
};
Result<MergedRun> merge_runs(const std::vector<FleetRun>& runs);

}  // namespace pmembench
