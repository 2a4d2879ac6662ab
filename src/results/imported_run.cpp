// Sides of a comparison out of other tools' results, and imported rows in the store.
#include "results/imported_run.hpp"

#include <nlohmann/json.hpp>

#include "results/compare.hpp"
#include "results/stored_derived.hpp"

namespace pmembench {

Result<StoredRun> imported_run(const std::string& bytes, const std::string& label) {
  const auto file = import_bytes(bytes, label);
  if (!file) return file.error();
  StoredRun run;
  run.side.label = label;
  run.environment = nlohmann::json::object();
  for (const ImportedRow& imported : file->rows) {
    const Row& row = imported.row;
    StoredCell cell;
    cell.cell = row.cell;
    cell.status = row.status;
    cell.reason = row.reason;
    cell.imported = row.source;
    for (const Replicate& each : imported.replicates) {
      cell.median_ns[each.index] = each.median_ns_per_operation;
    }
    if (cell.median_ns.empty() && row.ns_per_operation) {
      cell.median_ns[0] = row.ns_per_operation->estimate;
    }
    run.cells.push_back(std::move(cell));
  }
  return run;
}

Status store_imported(const ImportedFile& file, std::int64_t run, Store& store) {
  for (const ImportedRow& imported : file.rows) {
    if (imported.replicates.empty()) {
      if (const Status saved = store.save(run, imported.row, nullptr); !saved) return saved;
    }
    for (const Replicate& replicate : imported.replicates) {
      const Status saved = store.save(run, imported.row, &replicate);
      if (!saved) return saved;
    }
  }
  return save_derived(store, run);
}

RunRecord imported_record(const ImportedFile& file) {
  RunRecord record;
  record.started_utc = file.started_utc;
  record.status = "running";
  record.campaign = "import " + file.format;
  record.environment = nlohmann::json::object();
  if (!file.host.empty()) record.environment.json()["host"] = {{"name", file.host}};
  record.plan = nlohmann::json{{"campaign", record.campaign}, {"cells", nlohmann::json::array()}};
  for (const ImportedRow& imported : file.rows) {
    record.plan.json()["cells"].push_back({{"name", imported.row.cell}});
  }
  return record;
}

}  // namespace pmembench
