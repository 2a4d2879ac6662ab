#include "cluster/fleet.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "cluster/cluster_replicates.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// Of a run on one host: as `probe` found it.
std::string host_of_run(const RunRecord& record) {
  const json& environment = record.environment.json();
  const json host = environment.is_object() ? environment.value("host", json::object()) : json();
  const std::string name = host.is_object() ? host.value("name", "") : "";
  return name.empty() ? "machine " + record.machine_fingerprint : name;
}

// In the order in which it is first asked for.
template <typename T>
T& entry_of(std::vector<std::pair<std::string, T>>& entries, const std::string& name) {
  for (auto& [known, value] : entries) {
    if (known == name) return value;
  }
  return entries.emplace_back(name, T{}).second;
}

// A cell of a run's plan under another name; the name alone if the plan lacks it.
json planned_cell(const json& plan, const std::string& cell, const std::string& name) {
  const json cells = plan.is_object() ? plan.value("cells", json::array()) : json::array();
  for (json planned : cells) {
    if (!planned.is_object() || planned.value("name", "") != cell) continue;
    planned["name"] = name;
    return planned;
  }
  return {{"name", name}};
}

Status require_comparable(const std::vector<FleetRun>& runs) {
  std::set<std::string> hosts;
  for (const FleetRun& run : runs) {
    for (const Row& row : run.rows) hosts.insert(host_of_row(run, row));
    if (run.record.version == runs.front().record.version) continue;
    return usage_error(
        "{} was measured by pmembench {} and {} by {}: the difference would be of two programs; "
        "measure all hosts with the same one",
        runs.front().label, runs.front().record.version, run.label, run.record.version);
  }
  if (hosts.size() > 1) return {};
  return usage_error(
      "these runs are of {}: a fleet takes runs of two hosts or more, such as A.db:1 B.db:1",
      hosts.empty() ? "no host that measured anything" : "one host, " + *hosts.begin());
}

}  // namespace

Result<FleetRun> load_fleet_run(const Store& store, std::optional<std::int64_t> id,
                                const std::string& label) {
  auto record = store.run(id);
  if (!record) return record.error();
  auto rows = store.rows(record->id);
  if (!rows) return rows.error();
  FleetRun run{label, *std::move(record), {}, {}};
  for (Row& row : *rows) {
    const bool of_all = row.host.empty() && row.cluster.has_value();
    if (row.status != "ok" || of_all || row.is_imported()) continue;
    auto replicates = store.replicates(run.record.id, row.cell);
    if (!replicates) return replicates.error();
    run.rows.push_back(std::move(row));
    run.replicates.push_back(*std::move(replicates));
  }
  return run;
}

std::string host_of_row(const FleetRun& run, const Row& row) {
  return row.host.empty() ? host_of_run(run.record) : row.host;
}

std::string cell_of_row(const Row& row) {
  const std::string suffix = host_cell_name("", row.host);
  const bool named = !row.host.empty() && row.cell.ends_with(suffix);
  return named ? row.cell.substr(0, row.cell.size() - suffix.size()) : row.cell;
}

Result<std::vector<FleetCell>> fleet_of(const std::vector<FleetRun>& runs,
                                        const StragglerRules& rules) {
  if (const Status same = require_comparable(runs); !same) return same.error();
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::vector<double>>>>>
      cells;
  for (const FleetRun& run : runs) {
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
      const Row& row = run.rows[i];
      std::vector<double>& times =
          entry_of(entry_of(cells, cell_of_row(row)), host_of_row(run, row));
      for (const Replicate& replicate : run.replicates[i]) {
        if (replicate.median_ns_per_operation > 0) {
          times.push_back(replicate.median_ns_per_operation);
        }
      }
    }
  }
  std::vector<FleetCell> fleet;
  for (const auto& [cell, hosts] : cells) {
    if (hosts.size() < 2) continue;
    std::vector<HostSample> samples;
    for (const auto& [host, times] : hosts) samples.push_back({host, times});
    fleet.push_back({cell, rank_hosts(samples, false, rules)});
  }
  if (!fleet.empty()) return fleet;
  return usage_error(
      "no cell was measured by two of these hosts: give runs of the same campaign and medium");
}

HostVerdict verdict_of(const std::vector<FleetCell>& cells) {
  HostVerdict all = HostVerdict::equal;
  for (const FleetCell& cell : cells) {
    for (const HostStanding& host : cell.hosts) {
      if (host.verdict == HostVerdict::slower) return HostVerdict::slower;
      if (host.verdict == HostVerdict::unknown) all = HostVerdict::unknown;
    }
  }
  return all;
}

json fleet_document(const std::vector<FleetCell>& cells, const StragglerRules& rules) {
  json document{{"schema", "pmembench-fleet"},
                {"version", 1},
                {"false_discovery", rules.false_discovery},
                {"minimal_effect", rules.minimal_effect},
                {"confidence", rules.confidence},
                {"cells", json::array()}};
  for (const FleetCell& cell : cells) {
    json hosts = json::array();
    for (const HostStanding& host : cell.hosts) {
      hosts.push_back({{"host", host.host},
                       {"ns_per_operation", host.median},
                       {"ratio", to_json(host.ratio)},
                       {"p_value", host.adjusted},
                       {"verdict", name_of(host.verdict)}});
    }
    document["cells"].push_back({{"cell", cell.cell}, {"hosts", std::move(hosts)}});
  }
  return document;
}

Result<MergedRun> merge_runs(const std::vector<FleetRun>& runs) {
  if (const Status same = require_comparable(runs); !same) return same.error();
  MergedRun merged;
  merged.record = runs.front().record;
  merged.record.id = 0;
  std::set<std::string> names;
  json cells = json::array();
  for (const FleetRun& run : runs) {
    merged.record.started_utc = std::min(merged.record.started_utc, run.record.started_utc);
    for (std::size_t i = 0; i < run.rows.size(); ++i) {
      Row row = run.rows[i];
      const std::string host = host_of_row(run, row);
      const std::string cell = host_cell_name(cell_of_row(row), host);
      if (!names.insert(cell).second) {
        return usage_error(
            "{} has cell {} of host {}, which another of the runs has too: merge one run of each "
            "host, or compare all of them with pmembench fleet",
            run.label, cell_of_row(row), host);
      }
      cells.push_back(planned_cell(run.record.plan.json(), row.cell, cell));
      row.cell = cell;
      row.host = host;
      merged.rows.push_back(std::move(row));
      merged.replicates.push_back(run.replicates[i]);
      for (Replicate& replicate : merged.replicates.back()) replicate.cell = cell;
    }
  }
  json plan = merged.record.plan.json();
  if (!plan.is_object()) plan = json::object();
  plan["cells"] = std::move(cells);
  merged.record.plan = plan;
  return merged;
}

}  // namespace pmembench
