// The plan's own facts; how groups become cells is in make_plan.cpp.
#include "plan/plan.hpp"

#include <algorithm>

#include "plan/cell_keys.hpp"
#include "plan/cell_name.hpp"
#include "workloads/path.hpp"

namespace pmembench {
namespace {

void add_parameter(CampaignSchema& schema, const ParameterSpec& spec) {
  const auto known = std::find_if(schema.begin(), schema.end(),
                                  [&](const CellKey& key) { return key.name == spec.name; });
  if (known == schema.end()) {
    const bool commas = spec.kind == ValueKind::text;  // a medium may have some
    schema.push_back({spec.name, spec.kind, spec.choices, commas});
    return;
  }
  PMB_CHECK(known->kind == spec.kind, "a key has one kind in all workloads and paths");
  for (const std::string& choice : spec.choices) {
    auto& choices = known->choices;
    if (std::find(choices.begin(), choices.end(), choice) == choices.end()) {
      choices.push_back(choice);
    }
  }
}

std::string settings_text(const MeasureSettings& settings) {
  return fmt::format(
      "budget_ns={}\nprecision={}\nconfidence={}\nminimum_replicates={}\nmaximum_replicates={}\n"
      "slices={}\nslice_ns={}\nseed={}\n",
      settings.budget_ns, settings.precision, settings.confidence, settings.minimum_replicates,
      settings.maximum_replicates, settings.slices, settings.slice_ns, settings.seed);
}

}  // namespace

namespace {

std::string key_of(const Cell& cell, const std::string& backend) {
  std::string key = fmt::format("{}|{}|{}", cell.media, backend, cell.placement.memory_node);
  if (const std::string probe = cell.probe_media(); !probe.empty()) key += "|" + probe;
  if (cell.used_bytes != 0) key += fmt::format("|{} used", cell.used_bytes);
  return key;
}

}  // namespace

std::string Cell::device_key() const { return key_of(*this, backend + "|" + backend_options); }

std::string Cell::worker_key() const { return shares_mapping ? key_of(*this, "") : device_key(); }

std::string Cell::probe_media() const {
  for (const char* key : {"probe_media", "other_media"}) {
    const auto found = parameters.find(key);
    if (found != parameters.end()) return found->second;
  }
  return {};
}

std::string Plan::fingerprint() const {
  std::string text = settings_text(settings);
  for (const Cell& cell : cells) {
    text += fmt::format("\ncell={}\n{}seed={}\nused_bytes={}\n", cell.name, cell_identity(cell),
                        cell.seed, cell.used_bytes);
  }
  return fmt::format("{:016x}", fnv1a(text));
}

CampaignSchema campaign_schema() {
  CampaignSchema schema{
      {"media", ValueKind::text, {}, true},
      {"backend", ValueKind::text, {}, false},
      {"path", ValueKind::text, {}, false},
      {"workload", ValueKind::text, {}, false},
      {"threads", ValueKind::count, {"all"}, false},
      {"placement", ValueKind::text, {}, true},
      {"timing", ValueKind::choice, {"slice", "operation"}, false},
      {"latency_mode", ValueKind::choice, {"issue", "durable", "dependent"}, false},
      {"arrival", ValueKind::choice, {"closed", "fixed", "poisson"}, false},
      {"rate", ValueKind::text, {}, false},
      {"slots", ValueKind::text, {}, false}};
  for (const WorkloadType& workload : workload_list()) {
    for (const ParameterSpec& spec : workload.parameters) add_parameter(schema, spec);
  }
  for (const PathType& path : path_list()) {
    for (const ParameterSpec& spec : path.parameters) add_parameter(schema, spec);
  }
  add_parameter(schema, prefetchers_spec());
  return schema;
}

}  // namespace pmembench
