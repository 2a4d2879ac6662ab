#include "results/comparison.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr const char* kSchema = "pmembench-comparison";
constexpr int kVersion = 1;

json to_json(const ComparisonSide& side) {
  return {{"label", side.label},
          {"version", side.version},
          {"machine_fingerprint", side.machine_fingerprint},
          {"run", side.run ? json(*side.run) : json(nullptr)}};
}

ComparisonSide side_from(const json& value) {
  ComparisonSide side;
  side.label = value.at("label").get<std::string>();
  side.version = value.at("version").get<std::string>();
  side.machine_fingerprint = value.at("machine_fingerprint").get<std::string>();
  if (!value.at("run").is_null()) side.run = value.at("run").get<std::int64_t>();
  return side;
}

json to_json(const CellVerdict& cell) {
  return {{"cell", cell.cell},
          {"metric", cell.metric},
          {"verdict", name_of(cell.verdict)},
          {"code", cell.code},
          {"reason", cell.reason},
          {"wants_confirmation", cell.wants_confirmation},
          {"paired", cell.paired},
          {"effect", to_json(cell.effect)},
          {"control_effect", to_json(cell.control_effect)},
          {"confirmation", to_json(cell.confirmation)},
          {"p_value", number_or_null(cell.p_value)},
          {"mde", number_or_null(cell.mde)},
          {"minimal_effect", number_or_null(cell.minimal_effect)},
          {"base_ns", number_or_null(cell.base_ns)},
          {"head_ns", number_or_null(cell.head_ns)},
          {"replicates", cell.replicates},
          {"slices", cell.slices},
          {"warnings", to_json(cell.warnings)}};
}

// Throws where a verdict is none: as the library does for what else is wrong.
Verdict verdict_at(const json& value) {
  const auto name = value.at("verdict").get<std::string>();
  const auto verdict = verdict_from(name);
  if (!verdict) throw std::invalid_argument("there is no verdict '" + name + "'");
  return *verdict;
}

CellVerdict cell_from(const json& value) {
  CellVerdict cell;
  cell.cell = value.at("cell").get<std::string>();
  cell.metric = value.at("metric").get<std::string>();
  cell.verdict = verdict_at(value);
  cell.code = value.value("code", "");
  cell.reason = value.at("reason").get<std::string>();
  cell.wants_confirmation = value.value("wants_confirmation", false);
  cell.paired = value.at("paired").get<bool>();
  cell.effect = optional_estimate_from(value.at("effect"));
  cell.control_effect = optional_estimate_from(value.at("control_effect"));
  cell.confirmation = optional_estimate_from(value.at("confirmation"));
  cell.p_value = number_from(value.at("p_value"));
  cell.mde = number_from(value.at("mde"));
  cell.minimal_effect = number_from(value.at("minimal_effect"));
  cell.base_ns = number_from(value.at("base_ns"));
  cell.head_ns = number_from(value.at("head_ns"));
  cell.replicates = value.at("replicates").get<unsigned>();
  cell.slices = value.at("slices").get<unsigned>();
  cell.warnings = warnings_from(value.at("warnings"));
  return cell;
}

void read_head(const json& document, Comparison& comparison) {
  comparison.kind = document.at("kind").get<std::string>();
  comparison.created_utc = document.at("created_utc").get<std::string>();
  comparison.command_line = document.at("command_line").get<std::string>();
  comparison.seed = document.at("seed").get<std::string>();
  comparison.verdict = verdict_at(document);
  comparison.exit = document.at("exit").get<int>();
  comparison.sentence = document.at("sentence").get<std::string>();
  comparison.base = side_from(document.at("base"));
  comparison.head = side_from(document.at("head"));
  for (const json& each : document.at("environment_differences")) {
    comparison.environment_differences.push_back({each.at("name").get<std::string>(),
                                                  each.at("base").get<std::string>(),
                                                  each.at("head").get<std::string>()});
  }
  comparison.minimal_effect = number_from(document.at("minimal_effect"));
  comparison.confidence = number_from(document.at("confidence"));
  comparison.expected_false_alarms = number_from(document.at("expected_false_alarms"));
  comparison.replicates = document.at("replicates").get<unsigned>();
  comparison.slices = document.at("slices").get<unsigned>();
  comparison.base_only = document.at("base_only").get<std::vector<std::string>>();
  comparison.head_only = document.at("head_only").get<std::vector<std::string>>();
  // Documents from before there was such a list have none.
  for (const json& each : document.value("left_out", json::array())) {
    comparison.left_out.push_back({each.at("side").get<std::string>(),
                                   each.at("entry").get<std::string>(),
                                   each.at("reason").get<std::string>()});
  }
  for (const json& each : document.value("imported", json::array())) {
    comparison.imported.push_back(
        {each.at("cell").get<std::string>(), each.at("base_source").get<std::string>(),
         each.at("head_source").get<std::string>(), number_from(each.at("base_ns")),
         number_from(each.at("head_ns"))});
  }
}

Status check_kind(const json& document) {
  const auto schema = document.is_object() ? document.find("schema") : document.end();
  if (!document.is_object() || schema == document.end() || *schema != kSchema) {
    return usage_error(
        "this is not a comparison document: its \"schema\" is not \"{}\"; give what `pmembench "
        "gate "
        "--json` or `pmembench compare --json` wrote",
        kSchema);
  }
  const auto version = document.find("version");
  if (version != document.end() && *version == kVersion) return {};
  return usage_error(
      "this comparison document is of version {} and this pmembench knows version {}: read it with "
      "the pmembench that wrote it",
      version == document.end() ? "none" : version->dump(), kVersion);
}

}  // namespace

void adopt(const SuiteVerdict& suite, const GateRules& rules, Comparison& comparison) {
  comparison.verdict = suite.verdict;
  comparison.exit = suite.exit;
  comparison.sentence = suite.sentence;
  comparison.expected_false_alarms = suite.expected_false_alarms;
  comparison.minimal_effect = rules.minimal_effect;
  comparison.confidence = rules.confidence;
  comparison.cells = suite.cells;
  comparison.replicates = comparison.slices = 0;
  for (const CellVerdict& cell : suite.cells) {
    comparison.replicates = std::max(comparison.replicates, cell.replicates);
    comparison.slices = std::max(comparison.slices, cell.slices);
  }
}

json to_json(const Comparison& comparison) {
  json differences = json::array();
  for (const EnvironmentDifference& each : comparison.environment_differences) {
    differences.push_back({{"name", each.name}, {"base", each.base}, {"head", each.head}});
  }
  json left_out = json::array();
  for (const LeftOut& each : comparison.left_out) {
    left_out.push_back({{"side", each.side}, {"entry", each.entry}, {"reason", each.reason}});
  }
  json cells = json::array();
  for (const CellVerdict& cell : comparison.cells) cells.push_back(to_json(cell));
  json document{{"schema", kSchema},
                {"version", kVersion},
                {"kind", comparison.kind},
                {"created_utc", comparison.created_utc},
                {"command_line", comparison.command_line},
                {"seed", comparison.seed},
                {"verdict", name_of(comparison.verdict)},
                {"exit", comparison.exit},
                {"sentence", comparison.sentence},
                {"base", to_json(comparison.base)},
                {"head", to_json(comparison.head)},
                {"environment_differences", differences},
                {"minimal_effect", number_or_null(comparison.minimal_effect)},
                {"confidence", number_or_null(comparison.confidence)},
                {"expected_false_alarms", number_or_null(comparison.expected_false_alarms)},
                {"replicates", comparison.replicates},
                {"slices", comparison.slices},
                {"base_only", comparison.base_only},
                {"head_only", comparison.head_only},
                {"left_out", left_out},
                {"cells", cells}};
  for (const ImportedPair& pair : comparison.imported) {
    document["imported"].push_back({{"cell", pair.cell},
                                    {"base_source", pair.base_source},
                                    {"head_source", pair.head_source},
                                    {"base_ns", number_or_null(pair.base_ns)},
                                    {"head_ns", number_or_null(pair.head_ns)}});
  }
  return document;
}

Result<Comparison> comparison_from_json(const json& document) {
  const Status ours = check_kind(document);
  if (!ours) return ours.error();
  Comparison comparison;
  try {
    read_head(document, comparison);
    for (const json& cell : document.at("cells")) comparison.cells.push_back(cell_from(cell));
  } catch (const std::exception& failure) {
    return usage_error("this comparison document is damaged ({}): give it as pmembench wrote it",
                       without_library(failure.what()));
  }
  return comparison;
}

}  // namespace pmembench
