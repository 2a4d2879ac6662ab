// Sides of a comparison out of Google Benchmark's JSON.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "results/compare.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

Error not_gbench(const std::string& label, std::string_view why) {
  return usage_error(
      "{} is no output of Google Benchmark ({}): write it with --benchmark_format=json, or with "
      "`pmembench export --format gbench`",
      label, why);
}

double ns_of(const json& entry) {
  constexpr std::array<std::pair<std::string_view, double>, 4> kUnits{
      {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};
  const std::string unit = entry.value("time_unit", "ns");
  const json& time = entry.at("real_time");
  for (const auto& [name, factor] : kUnits) {
    if (name == unit && time.is_number()) return time.get<double>() * factor;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

// An error that our own export wrote begins with the status of the row.
void read_error(const json& entry, StoredCell& cell) {
  const std::string message = entry.value("error_message", "it failed");
  constexpr std::string_view kSkipped = "skipped: ";
  const bool skipped = message.starts_with(kSkipped);
  cell.status = skipped ? "skipped" : "error";
  cell.reason = skipped ? message.substr(kSkipped.size()) : message;
}

void read_entry(const json& entry, std::map<std::string, std::size_t>& places, StoredRun& run) {
  if (entry.value("run_type", "iteration") != "iteration") return;
  const std::string name = entry.value("run_name", entry.at("name").get<std::string>());
  const auto [place, added] = places.try_emplace(name, run.cells.size());
  if (added) run.cells.push_back({name, "ok", "", {}, 1});
  StoredCell& cell = run.cells[place->second];
  if (entry.value("error_occurred", false)) return read_error(entry, cell);
  const auto next = static_cast<unsigned>(cell.median_ns.size());
  cell.median_ns[next] = ns_of(entry);
}

}  // namespace

Result<StoredRun> gbench_run(const std::string& text, const std::string& label) {
  const json document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return not_gbench(label, "it is no JSON");
  const auto benchmarks = document.is_object() ? document.find("benchmarks") : document.end();
  if (!document.is_object() || benchmarks == document.end() || !benchmarks->is_array()) {
    return not_gbench(label, "it has no list \"benchmarks\"");
  }
  StoredRun run;
  run.side.label = label;
  try {
    std::map<std::string, std::size_t> places;
    for (const json& entry : *benchmarks) read_entry(entry, places, run);
    const json context = document.value("context", json::object());
    run.side.version = context.value("pmembench_version", "");
    run.environment = json::object();
    for (const char* key : {"host_name", "num_cpus", "mhz_per_cpu", "cpu_scaling_enabled", "caches",
                            "library_build_type"}) {
      if (context.contains(key)) run.environment.json()[key] = context[key];
    }
  } catch (const json::exception& failure) {
    return not_gbench(label, failure.what());
  }
  if (run.cells.empty() && !benchmarks->empty()) {
    return usage_error(
        "{} holds aggregates only, which have no replicates to compare: run the benchmark without "
        "--benchmark_report_aggregates_only",
        label);
  }
  return run;
}

}  // namespace pmembench
