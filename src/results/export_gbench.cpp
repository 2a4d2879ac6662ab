// A run as google/benchmark 1.7 writes its JSON, so that its readers (compare.py and others) read
// it.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "measure/spread.hpp"
#include "record/codec.hpp"
#include "results/export_formats.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

std::span<const ReplicateFigures> of_cell(const FiguresByCell& figures, const std::string& cell) {
  const auto found = figures.find(cell);
  if (found == figures.end()) return {};
  return found->second;
}

// The first value under `key`, at any depth: where `probe` puts a fact is its own business.
const json* find_fact(const json& facts, const std::string& key) {
  if (!facts.is_structured()) return nullptr;
  if (facts.is_object()) {
    const auto found = facts.find(key);
    if (found != facts.end() && !found->is_null()) return &*found;
  }
  for (const json& part : facts) {
    const json* found = find_fact(part, key);
    if (found != nullptr) return found;
  }
  return nullptr;
}

ordered_json fact_or_null(const json& facts, const std::string& key) {
  const json* found = find_fact(facts, key);
  return found == nullptr ? ordered_json(nullptr) : ordered_json(*found);
}

// `probe` has it as the name of the host.
ordered_json host_name_of(const json& facts) {
  const auto host = facts.is_object() ? facts.find("host") : facts.end();
  if (facts.is_object() && host != facts.end() && host->is_object() && host->contains("name") &&
      (*host)["name"].is_string()) {
    return ordered_json((*host)["name"]);
  }
  return fact_or_null(facts, "host_name");
}

ordered_json gbench_number(double value) {
  return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json caches_of(const json& environment) {
  ordered_json caches = ordered_json::array();
  const json* found = find_fact(environment, "caches");
  if (found == nullptr || !found->is_array()) return caches;
  for (const json& cache : *found) {
    const json* sharing = find_fact(cache, "shared_cpus");
    ordered_json entry;
    entry["type"] = fact_or_null(cache, "type");
    entry["level"] = fact_or_null(cache, "level");
    entry["size"] = fact_or_null(cache, "size_bytes");
    entry["num_sharing"] = sharing != nullptr && sharing->is_array() ? sharing->size() : 0;
    caches.push_back(std::move(entry));
  }
  return caches;
}

// Of the counter that timed the run, as calibrated in it.
ordered_json mhz_of(const std::vector<Row>& rows, const FiguresByCell& figures) {
  for (const Row& row : rows) {
    for (const ReplicateFigures& replicate : of_cell(figures, row.cell)) {
      if (replicate.ns_per_tick > 0) return std::lround(1000 / replicate.ns_per_tick);
    }
  }
  return nullptr;
}

ordered_json scaling_of(const json& environment) {
  const json* governor = find_fact(environment, "governor");
  if (governor == nullptr || *governor == "unknown") return false;
  return *governor != "performance";
}

std::string date_of(const RunRecord& run) {
  std::string date = run.started_utc;
  if (date.ends_with("Z")) date.replace(date.size() - 1, 1, "+00:00");
  return date;
}

ordered_json context_of(const RunRecord& run, ordered_json mhz) {
  ordered_json context;
  context["date"] = date_of(run);
  context["host_name"] = host_name_of(run.environment.json());
  context["executable"] = "pmembench";
  context["num_cpus"] = fact_or_null(run.environment.json(), "cpus_online");
  context["mhz_per_cpu"] = std::move(mhz);
  context["cpu_scaling_enabled"] = scaling_of(run.environment.json());
  context["caches"] = caches_of(run.environment.json());
  context["load_avg"] = ordered_json::array();
  const json* load = find_fact(run.environment.json(), "load_1min");
  if (load != nullptr) context["load_avg"].push_back(ordered_json(*load));
#ifdef __OPTIMIZE__
  context["library_build_type"] = "release";
#else
  context["library_build_type"] = "debug";
#endif
  context["pmembench_version"] = run.version;
  context["pmembench_run"] = std::to_string(run.id);
  context["campaign"] = run.campaign;
  return context;
}

// What every entry begins with.
ordered_json entry_of(const Row& row, std::size_t family, std::string name, const char* run_type,
                      std::size_t repetitions) {
  ordered_json entry;
  entry["name"] = std::move(name);
  entry["family_index"] = family;
  entry["per_family_instance_index"] = 0;
  entry["run_name"] = row.cell;
  entry["run_type"] = run_type;
  entry["repetitions"] = repetitions;
  entry["threads"] = row.threads;
  return entry;
}

void add_times(std::uint64_t iterations, double time_ns, ordered_json& entry) {
  entry["iterations"] = iterations;
  entry["real_time"] = gbench_number(time_ns);
  entry["cpu_time"] = gbench_number(time_ns);
  entry["time_unit"] = "ns";
}

ordered_json error_entry(const Row& row, std::size_t family) {
  ordered_json entry = entry_of(row, family, row.cell, "iteration", 1);
  entry["repetition_index"] = 0;
  entry["error_occurred"] = true;
  entry["error_message"] =
      row.status == "ok" ? "no replicate is stored" : row.status + ": " + row.reason;
  add_times(0, 0, entry);
  return entry;
}

// One number of each replicate.
struct Columns {
  std::vector<double> time_ns, bytes_per_s, items_per_s;
};

Columns columns_of(const Row& row, std::span<const ReplicateFigures> replicates) {
  Columns columns;
  // Operations that failed are in the time, and not in the rate.
  const double done = row.operations_per_s
                          ? row.operations_per_s->estimate * row.ns_per_operation->estimate / 1e9
                          : 1;
  for (const ReplicateFigures& replicate : replicates) {
    const double rate = 1e9 / replicate.median_ns_per_operation;
    columns.time_ns.push_back(replicate.median_ns_per_operation);
    columns.items_per_s.push_back(rate * std::min(1.0, done));
    if (!row.bytes_per_s) continue;   // a backend that moves nothing
    if (replicate.operations == 0) {  // of an imported row, whose tool did not say
      columns.bytes_per_s.push_back(row.bytes_per_s->estimate);
      continue;
    }
    columns.bytes_per_s.push_back(rate * static_cast<double>(replicate.bytes) /
                                  static_cast<double>(replicate.operations));
  }
  return columns;
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

using Statistic = double (*)(std::span<const double>);

ordered_json aggregate_entry(const Row& row, std::size_t family, const Columns& columns,
                             const char* name, Statistic statistic) {
  const std::size_t repetitions = columns.time_ns.size();
  ordered_json entry =
      entry_of(row, family, fmt::format("{}_{}", row.cell, name), "aggregate", repetitions);
  entry["aggregate_name"] = name;
  entry["aggregate_unit"] = "time";
  add_times(repetitions, statistic(columns.time_ns), entry);
  if (!columns.bytes_per_s.empty()) {
    entry["bytes_per_second"] = gbench_number(statistic(columns.bytes_per_s));
  }
  entry["items_per_second"] = gbench_number(statistic(columns.items_per_s));
  return entry;
}

// The document as text, in pieces: as a value in memory it takes ten times as much.
class Entries {
 public:
  // `document` ends with an empty array, in whose place the entries are.
  Entries(const ordered_json& document, const TextSink& sink) : sink_(sink) {
    constexpr std::string_view kEmpty = "]\n}";
    text_ = dump(document);
    text_.resize(text_.size() - kEmpty.size());
  }
  void add(const ordered_json& entry) {
    constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
    if (text_.size() > kPieceBytes) give();
    text_ += any_ ? ",\n" : "\n";
    any_ = true;
    const std::string own = dump(entry);
    for (std::size_t at = 0; at < own.size();) {
      const std::size_t end = std::min(own.find('\n', at), own.size() - 1);
      text_.append("    ").append(own, at, end + 1 - at);
      at = end + 1;
    }
  }
  Status end() {
    text_ += any_ ? "\n  ]\n}\n" : "]\n}\n";
    give();
    return given_;
  }

 private:
  static std::string dump(const ordered_json& value) {
    return value.dump(2, ' ', false, ordered_json::error_handler_t::replace);
  }
  void give() {
    if (given_) given_ = sink_(text_);
    text_.clear();
  }
  const TextSink& sink_;
  std::string text_;
  bool any_ = false;
  Status given_;
};

void add_cell(const Row& row, std::size_t family, std::span<const ReplicateFigures> replicates,
              Entries& benchmarks) {
  if (row.status != "ok" || replicates.empty()) {
    benchmarks.add(error_entry(row, family));
    return;
  }
  const Columns columns = columns_of(row, replicates);
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    ordered_json entry = entry_of(row, family, row.cell, "iteration", replicates.size());
    entry["repetition_index"] = i;
    add_times(replicates[i].operations, columns.time_ns[i], entry);
    if (!columns.bytes_per_s.empty())
      entry["bytes_per_second"] = gbench_number(columns.bytes_per_s[i]);
    entry["items_per_second"] = gbench_number(columns.items_per_s[i]);
    benchmarks.add(std::move(entry));
  }
  if (replicates.size() < 2) return;
  benchmarks.add(aggregate_entry(row, family, columns, "mean", mean));
  benchmarks.add(aggregate_entry(row, family, columns, "median", median));
  benchmarks.add(aggregate_entry(row, family, columns, "stddev", standard_deviation));
}

}  // namespace

Status export_gbench(const RunRecord& run, const std::vector<Row>& rows,
                     const FiguresByCell& figures, const TextSink& sink) {
  ordered_json document;
  document["context"] = context_of(run, mhz_of(rows, figures));
  document["benchmarks"] = ordered_json::array();
  Entries entries(document, sink);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    add_cell(rows[i], i, of_cell(figures, rows[i].cell), entries);
  }
  return entries.end();
}

}  // namespace pmembench
