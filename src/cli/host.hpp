// What every command that touches backends needs: the host's facts and the registry.
#pragma once

#include <span>

#include "cli/commands.hpp"
#include "dax/registry.hpp"

namespace pmembench {

std::span<const dax_operations* const> builtin_operations();

// --plugin files, then PMEMBENCH_PLUGIN_PATH, then lib/pmembench/plugins beside the binary.
PluginSearch plugin_search(const GlobalOptions& global);

struct Host {
  dax_host_info info{};
  PluginSearch plugins;
  Registry registry;
};
Result<Host> open_host(const GlobalOptions& global);

}  // namespace pmembench
