#include "cli/host.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "backends/builtin_audits.h"
#include "backends/builtin_backends.h"
#include "platform/executable.hpp"
#include "run/host_info.hpp"

namespace pmembench {

std::span<const dax_operations* const> builtin_operations() {
  std::size_t count = 0;
  const dax_operations* const* tables = pmembench_builtin_backends(&count);
  return {tables, count};
}

PluginSearch plugin_search(const GlobalOptions& global) {
  PluginSearch search;
  search.files = global.plugins;
  if (const char* path = std::getenv("PMEMBENCH_PLUGIN_PATH"); path != nullptr) {
    std::istringstream folders(path);
    for (std::string folder; std::getline(folders, folder, ':');) {
      if (!folder.empty()) search.folders.push_back(folder);
    }
  }
  if (const auto binary = executable_path(); binary) {
    const auto installed = std::filesystem::path(*binary).parent_path().parent_path() / "lib" /
                           "pmembench" / "plugins";
    std::error_code error;
    if (std::filesystem::is_directory(installed, error)) {
      search.folders.push_back(installed.string());
    }
  }
  return search;
}

AuditBook audit_book() {
  std::vector<AuditKey> built_in;
  std::size_t count = 0;
  const BuiltinAudit* const audits = recorded_builtin_audits(&count);
  if (std::string_view(audited_build()) != this_build()) count = 0;
  for (const BuiltinAudit& audit : std::span(audits, count)) {
    const auto tables = builtin_operations();
    const auto table = std::find_if(tables.begin(), tables.end(), [&](const dax_operations* each) {
      return std::string_view(each->name) == audit.backend;
    });
    // The library beneath it may have been replaced since.
    if (table == tables.end() || foreign_code(**table) != audit.foreign) continue;
    built_in.push_back({audit.backend, "", "", audit.cpu, audit.domain});
  }
  return {audit_folder(), std::move(built_in)};
}

Result<Host> open_host(const GlobalOptions& global) {
  const auto info = host_info(global.without_cpu);
  if (!info) return info.error();
  for (const std::string& file : global.plugins) {
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
      return usage_error("there is no plugin {}: name a shared object that is there", file);
    }
  }
  PluginSearch plugins = plugin_search(global);
  auto registry = Registry::build(*info, builtin_operations(), plugins);
  if (!registry) return registry.error();
  return Host{*info, std::move(plugins), *std::move(registry)};
}

Result<WorkerSettings> worker_settings(const Host& host, const GlobalOptions& global, bool destroy,
                                       const std::atomic<bool>& interrupted) {
  const auto binary = executable_path();
  if (!binary) return binary.error();
  WorkerSettings settings;
  settings.command = {*binary, "worker"};
  settings.plugins = host.plugins;
  settings.without_cpu = global.without_cpu;
  settings.destroy = destroy;
  settings.interrupted = &interrupted;
  return settings;
}

}  // namespace pmembench
