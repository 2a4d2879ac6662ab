// Row as JSON and back: the field names of every `--json`, of JSON lines and of the store.
#include <algorithm>
#include <charconv>

#include "results/json_values.hpp"
#include "results/row.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

json to_json(const std::optional<LatencyResult>& latency) {
  if (!latency) return nullptr;
  json value{{"mode", latency->mode},
             {"n", latency->n},
             {"mean", number_or_null(latency->mean_ns)},
             {"min", number_or_null(latency->minimum_ns)},
             {"max", number_or_null(latency->maximum_ns)}};
  for (const auto& [name, time_ns] : latency->percentiles) value[name] = number_or_null(time_ns);
  return value;
}

// "p99.9" -> 99.9; nothing for a key that names no percentile.
std::optional<double> percent_of(const std::string& key) {
  double percent = 0;
  const char* end = key.data() + key.size();
  if (key.size() < 2 || key[0] != 'p') return std::nullopt;
  const auto [stop, failure] = std::from_chars(key.data() + 1, end, percent);
  if (failure != std::errc() || stop != end) return std::nullopt;
  return percent;
}

std::optional<LatencyResult> latency_from(const json& value) {
  if (value.is_null()) return std::nullopt;
  LatencyResult latency;
  latency.mode = value.at("mode").get<std::string>();
  latency.n = value.at("n").get<std::uint64_t>();
  latency.mean_ns = number_from(value.at("mean"));
  latency.minimum_ns = number_from(value.at("min"));
  latency.maximum_ns = number_from(value.at("max"));
  for (const auto& [key, time_ns] : value.items()) {
    if (percent_of(key)) latency.percentiles.emplace_back(key, number_from(time_ns));
  }
  std::sort(
      latency.percentiles.begin(), latency.percentiles.end(),
      [](const auto& a, const auto& b) { return *percent_of(a.first) < *percent_of(b.first); });
  return latency;
}

json numbers_json(const std::map<std::string, double>& numbers) {
  json value = json::object();
  for (const auto& [name, each] : numbers) value[name] = number_or_null(each);
  return value;
}

json to_json(const std::optional<RowPair>& pair) {
  if (!pair) return nullptr;
  json weights = json::array();
  for (const NodeWeight& each : pair->interleave) weights.push_back({each.node, each.weight});
  return {{"initiator_node", pair->initiator_node},
          {"target", pair->target},
          {"target_node", pair->target_node ? json(*pair->target_node) : json(nullptr)},
          {"interleave", weights},
          {"group", pair->group},
          {"measure", pair->measure},
          {"rated", pair->rated ? number_or_null(*pair->rated) : json(nullptr)},
          {"rated_by", pair->rated ? json(pair->rated_by) : json(nullptr)},
          {"ratio", to_json(pair->ratio)}};
}

// A file of an older version has none.
std::optional<RowPair> pair_from(const json& row) {
  const auto found = row.find("numa");
  if (found == row.end() || found->is_null()) return std::nullopt;
  const json& value = *found;
  RowPair pair;
  pair.initiator_node = value.at("initiator_node").get<int>();
  pair.target = value.at("target").get<std::string>();
  if (!value.at("target_node").is_null()) pair.target_node = value.at("target_node").get<int>();
  for (const json& each : value.at("interleave")) {
    pair.interleave.push_back({each.at(0).get<int>(), each.at(1).get<unsigned>()});
  }
  pair.group = value.at("group").get<std::string>();
  pair.measure = value.at("measure").get<std::string>();
  if (!value.at("rated").is_null()) {
    pair.rated = value.at("rated").get<double>();
    pair.rated_by = value.value("rated_by", "HMAT");  // older ones knew no other
  }
  pair.ratio = optional_estimate_from(value.at("ratio"));
  return pair;
}

void read_identity(const json& value, Row& row) {
  row.cell = value.at("cell").get<std::string>();
  row.media = value.at("media").get<std::string>();
  row.backend = value.at("backend").get<std::string>();
  row.path = value.at("path").get<std::string>();
  row.workload = value.at("workload").get<std::string>();
  row.parameters = value.at("parameters").get<std::map<std::string, std::string>>();
  row.threads = value.at("threads").get<unsigned>();
  row.placement_asked = value.at("placement").at("asked").get<std::string>();
  row.placement_verified = value.at("placement").at("verified").get<std::string>();
  row.status = value.at("status").get<std::string>();
  row.reason = value.at("reason").get<std::string>();
  row.claim = value.at("claim").get<std::string>();
  row.seed = value.at("seed").get<std::uint64_t>();
  row.medium = value.at("medium");
}

void read_numbers(const json& value, Row& row) {
  row.operations = value.at("operations").get<std::uint64_t>();
  row.bytes = value.at("bytes").get<std::uint64_t>();
  row.operations_per_s = optional_estimate_from(value.at("operations_per_s"));
  row.bytes_per_s = optional_estimate_from(value.at("bytes_per_s"));
  row.ns_per_operation = optional_estimate_from(value.at("ns_per_operation"));
  row.latency_ns = latency_from(value.at("latency_ns"));
  // Rows from before the open loop have none.
  if (value.contains("service_ns")) row.service_ns = latency_from(value.at("service_ns"));
  row.floor_ns = number_from(value.at("floor_ns"));
  row.replicates = value.at("replicates").get<unsigned>();
  row.slices = value.at("slices").get<std::uint64_t>();
  row.converged = value.at("converged").get<bool>();
  row.disturbed_share = number_from(value.at("disturbed_share"));
  for (const auto& [name, factor] : value.at("amplification").items()) {
    row.amplification[name] = number_from(factor);
  }
  // Rows of stores that are older than it have none.
  const json figures = value.value("figures", json::object());
  for (const auto& [name, figure] : figures.items()) {
    row.figures[name] = number_from(figure);
  }
  row.warnings = warnings_from(value.at("warnings"));
  row.numa = pair_from(value);
}

}  // namespace

json to_json(const Row& row) {
  json value = {
      {"cell", row.cell},
      {"media", row.media},
      {"backend", row.backend},
      {"path", row.path},
      {"workload", row.workload},
      {"parameters", row.parameters},
      {"threads", row.threads},
      {"placement", {{"asked", row.placement_asked}, {"verified", row.placement_verified}}},
      {"status", row.status},
      {"reason", row.reason},
      {"claim", row.claim},
      {"operations", row.operations},
      {"bytes", row.bytes},
      {"operations_per_s", to_json(row.operations_per_s)},
      {"bytes_per_s", to_json(row.bytes_per_s)},
      {"ns_per_operation", to_json(row.ns_per_operation)},
      {"latency_ns", to_json(row.latency_ns)},
      {"floor_ns", number_or_null(row.floor_ns)},
      {"replicates", row.replicates},
      {"slices", row.slices},
      {"converged", row.converged},
      {"disturbed_share", number_or_null(row.disturbed_share)},
      {"amplification", numbers_json(row.amplification)},
      {"figures", numbers_json(row.figures)},
      {"warnings", to_json(row.warnings)},
      {"seed", row.seed},
      {"numa", to_json(row.numa)},
      {"medium", row.medium}};
  // Only an open loop has it.
  if (row.service_ns) value["service_ns"] = to_json(row.service_ns);
  return value;
}

Result<Row> row_from_json(const json& value) {
  Row row;
  try {
    read_identity(value, row);
    read_numbers(value, row);
  } catch (const json::exception& failure) {
    return runtime_error(
        "this is not a row of results ({}): it is damaged or of another version of pmembench; read "
        "it "
        "with the version that wrote it",
        failure.what());
  }
  return row;
}

}  // namespace pmembench
