#include "cli/media_checks.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include "dax/addressing_backend.hpp"
#include "dax/media_claim.hpp"
#include "dax/open_device.hpp"
#include "run/in_parallel.hpp"

namespace pmembench {
namespace {

// A probe writes its chain: its medium may hold nothing either.
Status check_probe_of(const Cell& cell, const Registry& registry, const BackendEntry& backend,
                      bool destroy) {
  const auto spec = parse_media(cell.probe_media());
  if (!spec) return spec.error();
  const BackendEntry* const entry = addressing_backend(registry, backend, spec->kind);
  if (entry == nullptr) {
    return environment_error(
        "no backend here gives the addresses of {}: a second medium needs them",
        cell.probe_media());
  }
  OpenOptions options;
  options.destroy = destroy;
  options.registry = &registry;
  options.in_parallel = in_parallel;
  return check_media(*entry, *spec, options);
}

Status check_device_of(const Cell& cell, const Registry& registry, bool destroy) {
  const auto backend = registry.find(cell.backend);
  if (!backend) return backend.error();
  const auto spec = parse_media(cell.media);
  if (!spec) return spec.error();
  OpenOptions options;
  options.destroy = destroy;
  options.backend_options = cell.backend_options;
  options.node = cell.placement.memory_node;
  options.used_bytes = cell.used_bytes;
  options.registry = &registry;
  options.in_parallel = in_parallel;
  const Status usable = check_media(**backend, *spec, options);
  if (!usable || cell.probe_media().empty()) return usable;
  return check_probe_of(cell, registry, **backend, destroy);
}

}  // namespace

Status skip_unusable_media(Plan& plan, const Registry& registry, bool destroy) {
  std::map<std::string, Status> looked_at;
  std::optional<Error> first;
  for (Cell& cell : plan.cells) {
    if (!cell.skip_reason.empty()) continue;
    const std::string key = cell.device_key();
    auto found = looked_at.find(key);
    if (found == looked_at.end()) {
      found = looked_at.emplace(key, check_device_of(cell, registry, destroy)).first;
    }
    if (found->second) continue;
    cell.skip_reason = found->second.error().message;
    if (!first) first = found->second.error();
  }
  const bool any_runs = std::any_of(plan.cells.begin(), plan.cells.end(),
                                    [](const Cell& cell) { return cell.skip_reason.empty(); });
  if (!any_runs && first) return *first;
  return {};
}

std::map<std::string, std::string> media_identities(const Plan& plan) {
  std::map<std::string, std::string> identities;
  for (const NamedPath& medium : media_paths(plan)) {
    if (!medium.path.empty()) identities.emplace(medium.path, medium_identity(medium.path));
  }
  return identities;
}

std::vector<NamedPath> media_paths(const Plan& plan) {
  std::set<std::string> paths;
  for (const Cell& cell : plan.cells) {
    for (const std::string& media : {cell.media, cell.probe_media()}) {
      const auto spec = parse_media(media);
      if (!spec) continue;
      for (const MediaSpec* part : simple_media(*spec)) paths.insert(part->path);
    }
  }
  std::vector<NamedPath> named;
  for (const std::string& path : paths) named.push_back({"a medium", path});
  return named;
}

}  // namespace pmembench
