// Sides of a comparison out of Google Benchmark's JSON: every repetition becomes a replicate of a
// cell.
#include <nlohmann/json.hpp>

#include "import/foreign_json.hpp"
#include "import/gbench_file.hpp"
#include "results/compare.hpp"

namespace pmembench {
namespace {

void read_context(const nlohmann::json& context, StoredRun& run) {
  run.environment = nlohmann::json::object();
  run.side.version = foreign_text_of(context, "pmembench_version");
  for (const char* key : {"host_name", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "caches",
                          "library_build_type"}) {
    if (context.contains(key)) run.environment.json()[key] = context[key];
  }
}

StoredCell stored_cell(const GbenchCell& cell) {
  StoredCell stored;
  stored.cell = cell.name;
  stored.status = cell.status;
  stored.reason = cell.reason;
  stored.slices = 1;
  stored.same_name = cell.same_name;
  for (const GbenchRepetition& each : cell.repetitions) {
    stored.median_ns[static_cast<unsigned>(stored.median_ns.size())] = each.time_ns;
  }
  return stored;
}

}  // namespace

Result<StoredRun> gbench_run(const std::string& text, const std::string& label) {
  const auto file = read_gbench(text, label);
  if (!file) return file.error();
  if (file->only_aggregates) {
    return usage_error(
        "{} holds aggregates only, which have no replicates to compare: run the benchmark without "
        "--benchmark_report_aggregates_only",
        label);
  }
  StoredRun run;
  run.side.label = label;
  read_context(file->context.json(), run);
  for (const GbenchCell& cell : file->cells) run.cells.push_back(stored_cell(cell));
  for (const GbenchLeftOut& each : file->left_out) {
    run.left_out.push_back({"", each.entry, each.reason});
  }
  return run;
}

}  // namespace pmembench
