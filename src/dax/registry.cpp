#include "dax/registry.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

#include "base/units.hpp"
#include "dax/operations_check.hpp"
#include "dax/plugin_loader.hpp"

namespace pmembench {
namespace {

constexpr const char* kBuiltIn = "built in";

// What makes two paths one file; a path that does not resolve stands for itself.
std::string identity_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path resolved = std::filesystem::canonical(path, error);
  return error ? path : resolved.string();
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

bool serves(const dax_operations& operations, dax_media_kind kind) {
  const auto has = [&](dax_media_kind each) {
    return (operations.media >> static_cast<unsigned>(each) & 1U) != 0;
  };
  if (kind != DAX_MEDIA_SIM) return has(kind);
  return has(DAX_MEDIA_DRAM) && operations.open == nullptr &&
         (operations.capabilities & DAX_CAP_NO_WORK) == 0;
}

bool shares_mapping(const BackendEntry& backend) {
  constexpr std::uint64_t kAsWeMap = DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS;
  return backend.usable() && backend.origin == kBuiltIn && backend.operations->open == nullptr &&
         (backend.operations->capabilities & kAsWeMap) == kAsWeMap;
}

Result<Registry> Registry::build(const dax_host_info& host,
                                 std::span<const dax_operations* const> builtins,
                                 const PluginSearch& search) {
  Registry registry;
  for (const dax_operations* builtin : builtins) {
    const Result<dax_operations> table = complete_operations(builtin);
    if (!table) {
      // An error in a built-in, found by our own check: shown like any other refusal.
      registry.entries_.push_back({"?", "", kBuiltIn, table.error().message, nullptr});
      continue;
    }
    if (Status added = registry.add(*table, kBuiltIn, probe_operations(*table, host)); !added) {
      return added.error();
    }
  }
  if (Status added = registry.add_plugins(host, search); !added) return added.error();
  return registry;
}

Status Registry::add_plugins(const dax_host_info& host, const PluginSearch& search) {
  std::set<std::string> seen;
  for (const std::string& file : search.files) {
    if (!seen.insert(identity_of(file)).second) continue;
    if (Status added = add_plugin(file, true, host, search.limit_ms); !added) return added;
  }
  for (const std::string& folder : search.folders) {
    const Result<std::vector<std::string>> files = plugins_in_folder(folder);
    if (!files) return files.error();
    for (const std::string& file : *files) {
      if (!seen.insert(identity_of(file)).second) continue;
      if (Status added = add_plugin(file, false, host, search.limit_ms); !added) return added;
    }
  }
  return {};
}

Status Registry::add_plugin(const std::string& path, bool named, const dax_host_info& host,
                            std::uint64_t limit_ms) {
  const Result<LoadedPlugin> plugin = load_plugin(path, host, limit_ms);
  if (plugin) return add(plugin->table, path, plugin->reason);
  if (named) return plugin.error();
  entries_.push_back({plugin_name_of(path), "", path, plugin.error().message, nullptr});
  return {};
}

Status Registry::add(const dax_operations& table, std::string origin, std::string reason) {
  const auto twin = std::find_if(entries_.begin(), entries_.end(), [&](const BackendEntry& entry) {
    return entry.operations != nullptr && entry.name == table.name;
  });
  if (twin != entries_.end()) {
    return usage_error(
        "backend name '{}' is given twice: by {} and by {}; remove one of them or rename it",
        table.name, twin->origin, origin);
  }
  tables_.push_back(std::make_unique<const dax_operations>(table));
  entries_.push_back(
      {table.name, table.summary, std::move(origin), std::move(reason), tables_.back().get()});
  return {};
}

Result<const BackendEntry*> Registry::find(std::string_view name) const {
  const BackendEntry* refused = nullptr;
  std::vector<std::string> names;
  for (const BackendEntry& entry : entries_) {
    names.push_back(entry.name);
    if (entry.name != name) continue;
    // A refused file may have the name of a backend that works: the working one is meant.
    if (entry.operations != nullptr) return &entry;
    if (refused == nullptr) refused = &entry;
  }
  if (refused != nullptr) return refused;
  const std::string near = nearest(name, names);
  return usage_error("there is no backend '{}'{}; there are: {}", name,
                     near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                     names.empty() ? "none" : joined(names));
}

}  // namespace pmembench
