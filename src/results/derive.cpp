#include "results/derive.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/plain_text.hpp"
#include "record/codec.hpp"
#include "record/limits.hpp"
#include "record/schema_maker.hpp"
#include "results/derived_members.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

constexpr const char* kDerivedSchema = "pmembench-derived";
constexpr int kDerivedVersion = 3;

const char* kind_word(ValueKind kind) {
  switch (kind) {
    case ValueKind::size:
      return "size";
    case ValueKind::count:
      return "count";
    case ValueKind::real:
      return "real";
    case ValueKind::choice:
      return "choice";
    case ValueKind::text:
      break;
  }
  return "text";
}

std::map<std::string, std::string> kinds_of_parameters() {
  std::map<std::string, std::string> kinds;
  const auto add = [&](const std::vector<ParameterSpec>& specs) {
    for (const ParameterSpec& spec : specs) kinds.emplace(spec.name, kind_word(spec.kind));
  };
  for (const WorkloadType& workload : workload_list()) add(workload.parameters);
  for (const PathType& path : path_list()) add(path.parameters);
  return kinds;
}

std::vector<std::string> names_of_path_parameters() {
  std::set<std::string> names;
  for (const PathType& path : path_list()) {
    for (const ParameterSpec& spec : path.parameters) names.insert(spec.name);
  }
  return {names.begin(), names.end()};
}

void append(std::vector<PrintedTable>& all, std::vector<PrintedTable> more) {
  for (PrintedTable& table : more) all.push_back(std::move(table));
}

}  // namespace

bool derives_from_distribution(const Row& row) {
  return row.workload == "loaded" || (row.workload == "durability" && row.latency_ns.has_value());
}

Derived derive(const std::vector<Row>& rows, const FiguresByCell& replicates,
               const DeriveContext& context) {
  const double confidence = context.confidence;
  // What another tool measured is shown next to ours, and no finding is made of it.
  // Of a cell that several hosts measured together the row of all of them is used.
  std::vector<Row> of_all, chosen;
  const bool any_host =
      std::any_of(rows.begin(), rows.end(), [](const Row& row) { return !row.host.empty(); });
  if (any_host) {
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(of_all),
                 [](const Row& row) { return row.host.empty(); });
  }
  const std::vector<Row>& shown = any_host ? of_all : rows;
  const bool any_imported =
      std::any_of(shown.begin(), shown.end(), [](const Row& row) { return row.is_imported(); });
  if (any_imported) {
    std::copy_if(shown.begin(), shown.end(), std::back_inserter(chosen),
                 [](const Row& row) { return !row.is_imported(); });
  }
  const std::vector<Row>& own = any_imported ? chosen : shown;
  Derived derived;
  derived.backends = backend_comparisons(own, replicates, confidence);
  derived.ladders = ladders_of(own, replicates, confidence, context.backend_options);
  derived.durability = durability_costs(own, replicates, confidence);
  derived.crossovers = crossovers_of(own, replicates, confidence);
  derived.matrices = node_matrices(own);
  derived.interleave = interleave_sweeps(own);
  derived.loaded = loaded_curves(own, replicates, confidence, context.backend_options);
  derived.headline = headline_of(own, {derived.ladders, derived.matrices, derived.loaded});
  if (any_imported) {
    derived.matrices = node_matrices(shown);
    derived.loaded = loaded_curves(shown, replicates, confidence, context.backend_options);
  }
  derived.quotable = quotable_lights(rows);
  derived.rows = row_facts(rows);
  derived.noise = noise_of(rows, replicates);
  derived.harness_floor = harness_floor(own);
  derived.parameter_kinds = kinds_of_parameters();
  derived.path_parameters = names_of_path_parameters();
  derived.limits = {limits::kDisturbedShare, limits::kStealShare};
  append(derived.tables, backend_tables(derived.backends));
  append(derived.tables, ladder_tables(derived.ladders));
  append(derived.tables, durability_tables(derived.durability, derived.crossovers));
  append(derived.tables, numa_tables(derived.matrices, derived.interleave));
  append(derived.tables, loaded_tables(derived.loaded));
  return derived;
}

DeriveContext derive_context(const nlohmann::json& plan) {
  DeriveContext context;
  if (!plan.is_object()) return context;
  const auto settings = plan.find("settings");
  if (settings != plan.end() && settings->is_object()) {
    const auto confidence = settings->find("confidence");
    if (confidence != settings->end() && confidence->is_number()) {
      const auto value = confidence->get<double>();
      if (value > 0 && value < 1) context.confidence = value;
    }
  }
  const auto cells = plan.find("cells");
  if (cells == plan.end() || !cells->is_array()) return context;
  for (const nlohmann::json& cell : *cells) {
    if (!cell.is_object() || !cell.contains("name") || !cell.contains("backend_options")) continue;
    const nlohmann::json& options = cell["backend_options"];
    if (!cell["name"].is_string() || !options.is_string() || options == "") continue;
    context.backend_options[cell["name"].get<std::string>()] = options.get<std::string>();
  }
  return context;
}

nlohmann::json derived_json(const Derived& derived) {
  nlohmann::json document = encode(derived);
  document["schema"] = kDerivedSchema;
  document["version"] = kDerivedVersion;
  return document;
}

std::string derived_schema() {
  nlohmann::json schema =
      schema_document<Derived>("What a run says as a whole: the document `derived` of the store");
  schema["properties"]["schema"] = {{"const", kDerivedSchema}};
  schema["properties"]["version"] = {{"const", kDerivedVersion}};
  schema["required"].push_back("schema");
  schema["required"].push_back("version");
  return json_text(schema, 2) + "\n";
}

Result<Derived> derived_from_json(const nlohmann::json& document) {
  try {
    if (document.at("schema") != kDerivedSchema || document.at("version") != kDerivedVersion) {
      return runtime_error("it is not a {} document of version {}", kDerivedSchema,
                           kDerivedVersion);
    }
    Derived derived;
    decode(document, derived);
    return derived;
  } catch (const nlohmann::json::exception& error) {
    return runtime_error("it is not a {} document: {}", kDerivedSchema,
                         without_library(error.what()));
  }
}

}  // namespace pmembench
