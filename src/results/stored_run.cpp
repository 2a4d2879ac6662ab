// Sides of a comparison out of the store, and how its runs scatter.
#include <cmath>
#include <nlohmann/json.hpp>

#include "measure/spread.hpp"
#include "results/compare.hpp"

namespace pmembench {
namespace {

// Takes the cell's figures out of `figures`: there are many.
StoredCell stored_cell(const CellState& row, FiguresByCell& figures) {
  StoredCell cell;
  cell.cell = row.cell;
  cell.status = row.status;
  cell.reason = row.reason;
  cell.imported = row.source;
  for (const Warning& warning : row.warnings) {
    if (warning.type == "unaudited") cell.unaudited = warning.sentence;
  }
  const auto taken = figures.extract(row.cell);
  if (!taken.empty()) {
    for (const ReplicateFigures& each : taken.mapped()) {
      cell.median_ns.emplace_hint(cell.median_ns.end(), each.index, each.median_ns_per_operation);
    }
  }
  if (row.replicates > 0) cell.slices = static_cast<unsigned>(row.slices / row.replicates);
  return cell;
}

}  // namespace

Result<StoredRun> stored_run(const Store& store, std::optional<std::int64_t> run,
                             const std::string& label) {
  const Result<RunRecord> record = store.run(run);
  if (!record) return record.error();
  auto figures = store.figures(record->id);
  if (!figures) return figures.error();
  StoredRun stored;
  stored.side = {label, record->version, record->machine_fingerprint, record->id};
  stored.environment = record->environment;
  const nlohmann::json& environment = record->environment.json();
  if (environment.is_object()) {
    const auto session = environment.find("session");
    if (session != environment.end() && session->is_string()) stored.session = *session;
  }
  const Status read = store.each_state(
      record->id, [&](CellState&& state) { stored.cells.push_back(stored_cell(state, *figures)); });
  if (!read) return read.error();
  return stored;
}

Result<std::map<std::string, double>> stored_scatter(const Store& store, std::int64_t base,
                                                     std::optional<std::int64_t> head) {
  constexpr std::size_t kFewestRuns = 3;
  const auto estimates = store.sibling_estimates(base, head);
  if (!estimates) return estimates.error();
  std::map<std::string, double> scatter;
  for (const auto& [cell, times_ns] : *estimates) {
    std::vector<double> logarithms;
    for (const double time_ns : times_ns) {
      if (std::isfinite(time_ns) && time_ns > 0) logarithms.push_back(std::log(time_ns));
    }
    if (logarithms.size() >= kFewestRuns) scatter[cell] = standard_deviation(logarithms);
  }
  return scatter;
}

}  // namespace pmembench
