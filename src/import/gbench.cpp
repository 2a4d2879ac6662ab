// Google Benchmark's JSON: a row for each benchmark, a replicate for each repetition.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "import/foreign_json.hpp"
#include "import/foreign_limits.hpp"
#include "import/gbench_file.hpp"
#include "import/importer.hpp"

namespace pmembench {
namespace {

bool looks_like_gbench(const ForeignFile& file) {
  return first_object(file.text).find("\"benchmarks\"") != std::string_view::npos;
}

double mean_of(const std::vector<GbenchRepetition>& all, double GbenchRepetition::*member) {
  double sum = 0;
  for (const GbenchRepetition& each : all) sum += each.*member;
  return all.empty() ? 0 : sum / static_cast<double>(all.size());
}

void add_counters(const GbenchCell& cell, Row& row) {
  std::map<std::string, unsigned> counts;
  for (const GbenchRepetition& each : cell.repetitions) {
    for (const auto& [name, value] : each.counters) {
      row.figures[name] += value;
      ++counts[name];
    }
  }
  for (const auto& [name, count] : counts) row.figures[name] /= count;
  const auto add = [&](const char* name, double value) {
    if (value > 0) row.figures[name] = value;
  };
  add("cpu_time_ns", mean_of(cell.repetitions, &GbenchRepetition::cpu_ns));
  add("items_per_second", mean_of(cell.repetitions, &GbenchRepetition::items_per_s));
}

// The first number of the cell that no machine reaches, with its place.
std::string absurd_number(const GbenchCell& cell) {
  for (const GbenchRepetition& each : cell.repetitions) {
    if (each.time_ns > kLongest_ns) return fmt::format("real_time of {} ns", each.time_ns);
    if (each.cpu_ns < 0) return fmt::format("cpu_time of {} ns", each.cpu_ns);
    if (each.bytes_per_s < 0 || each.bytes_per_s > kMostBytes_per_s) {
      return fmt::format("bytes_per_second of {}", each.bytes_per_s);
    }
    if (each.iterations < 0 || each.iterations > kMostOperations) {
      return fmt::format("iterations of {}", each.iterations);
    }
  }
  for (const auto& [name, value] : cell.aggregates) {
    if (value < 0 || value > kLongest_ns) return fmt::format("{} of {}", name, value);
  }
  return {};
}

ImportedRow row_of_aggregates(const GbenchCell& cell, const std::string& source) {
  ImportedRow imported = imported_row(cell.name, source);
  Row& row = imported.row;
  const auto mean = cell.aggregates.find("mean");
  const auto median = cell.aggregates.find("median");
  const auto best = mean != cell.aggregates.end() ? mean : median;
  if (best == cell.aggregates.end() || best->second <= 0) {
    row.status = "error";
    row.reason = "the file has aggregates of it without a mean and a median time";
    return imported;
  }
  set_rates(1e9 / best->second, 0, row);
  set_time(best->second, row);
  row.replicates = static_cast<unsigned>(std::min(cell.aggregated, 1e6));
  for (const auto& [name, value] : cell.aggregates) {
    row.figures[name == "cv" ? "cv" : name + "_ns"] = value;
  }
  return imported;
}

ImportedRow row_of_repetitions(const GbenchCell& cell, const std::string& source) {
  ImportedRow imported = imported_row(cell.name, source);
  Row& row = imported.row;
  row.threads = cell.threads;
  row.status = cell.status;
  row.reason = cell.reason;
  std::vector<double> times;
  for (const GbenchRepetition& each : cell.repetitions) {
    times.push_back(each.time_ns);
    row.operations += static_cast<std::uint64_t>(each.iterations);
  }
  set_replicates(times, "Google Benchmark", imported);
  for (std::size_t i = 0; i < imported.replicates.size(); ++i) {
    imported.replicates[i].operations = static_cast<std::uint64_t>(cell.repetitions[i].iterations);
  }
  set_bandwidth(mean_of(cell.repetitions, &GbenchRepetition::bytes_per_s), row);
  add_counters(cell, row);
  return imported;
}

void read_gbench_context(const GbenchFile& file, ImportedFile& imported) {
  const nlohmann::json& context = file.context.json();
  imported.host = foreign_text_of(context, "host_name");
  const std::string version = foreign_text_of(context, "library_version");
  imported.source = "Google Benchmark" + (version.empty() ? "" : " " + version);
  imported.started_utc = foreign_text_of(context, "date").substr(0, 32);
}

Result<ImportedFile> import_gbench(const ForeignFile& file) {
  std::string_view behind;
  const std::string_view object = first_object(file.text, &behind);
  if (!first_object(behind).empty()) {
    return usage_error("{} holds more than one JSON document: split it, and import each part",
                       file.label);
  }
  // Its errors have a place; the other reader knows only that it is not JSON.
  if (const auto valid = foreign_json(object, file.label); !valid) return valid.error();
  const auto found = read_gbench(std::string(object), file.label);
  if (!found) return found.error();
  ImportedFile imported;
  read_gbench_context(*found, imported);
  for (const GbenchCell& cell : found->cells) {
    std::string wrong = cell.bad_time;
    if (const std::string absurd = absurd_number(cell); wrong.empty() && !absurd.empty()) {
      wrong = fmt::format("benchmark {}: {} is beyond what a machine does", cell.name, absurd);
    }
    if (!wrong.empty()) {
      return usage_error("{}: {}: nothing of the file was imported", file.label, wrong);
    }
    imported.rows.push_back(cell.aggregates.empty() ? row_of_repetitions(cell, imported.source)
                                                    : row_of_aggregates(cell, imported.source));
  }
  for (const GbenchLeftOut& each : found->left_out) {
    if (each.entry.ends_with("_BigO") || each.entry.ends_with("_RMS")) {
      imported.notes.push_back(each.entry + ": a complexity that was fitted, not a measurement");
    }
  }
  return imported;
}

}  // namespace

Importer gbench_importer() {
  return {"gbench", "JSON of Google Benchmark (--benchmark_format=json)", looks_like_gbench,
          import_gbench};
}

}  // namespace pmembench
