#include "results/row_work.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// As in a cell's name, "operation_size=4K"; empty for a default that says nothing.
std::string key_text(const WorkloadType* type, const std::string& key, const std::string& value) {
  const bool names_the_work = key == "operation_size" || key == "access";
  std::string text = value;
  if (type == nullptr) return fmt::format(" {}={}", key, text);
  for (const ParameterSpec& spec : type->parameters) {
    if (spec.name != key) continue;
    if (spec.default_value == value && !names_the_work) return "";
    const auto bytes = parse_count(value);
    if (spec.kind == ValueKind::size && bytes) text = format_size_short(*bytes);
  }
  return fmt::format(" {}={}", key, text);
}

}  // namespace

bool is_path_key(const std::string& key) {
  const auto& paths = path_list();
  return std::any_of(paths.begin(), paths.end(), [&](const PathType& path) {
    return std::any_of(path.parameters.begin(), path.parameters.end(),
                       [&](const ParameterSpec& spec) { return spec.name == key; });
  });
}

bool is_memory(const Row& row) {
  return !row.medium || (row.medium->kind != "block" && row.medium->kind != "posix");
}

bool makes_durable(const Row& row) {
  if (row.claim != kSimulatedClaim) return row.claim != "volatile";
  const WorkloadType* const type = find_workload(row.workload);
  return type != nullptr && type->writes(row.parameters) && type->durable(row.parameters);
}

bool stays_in_caches(const Row& row) {
  const bool promised = row.medium && row.medium->persistence_domain == "cpu_cache";
  return is_memory(row) && !promised && !row.capabilities.needs_flush &&
         row.capabilities.nontemporal_from_bytes == 0;
}

std::string work_of(const Row& row) {
  std::string text = row.workload;
  const WorkloadType* type = find_workload(row.workload);
  for (const auto& [key, value] : row.parameters) {
    if (!is_path_key(key)) text += key_text(type, key, value);
  }
  text += fmt::format(", {} thread{}", row.threads, row.threads == 1 ? "" : "s");
  const std::string& placement = row.placement.asked;
  if (!placement.empty() && placement != "near") text += ", " + placement;
  if (row.latency_ns) text += fmt::format(", latency {}", row.latency_ns->mode);
  return text;
}

}  // namespace pmembench
