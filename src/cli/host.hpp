// What every command that touches backends needs: the host's facts and the registry.
#pragma once

#include <atomic>

#include <span>

#include "cli/commands.hpp"
#include "dax/audit_book.hpp"
#include "dax/registry.hpp"
#include "run/open_worker.hpp"

namespace pmembench {

std::span<const dax_operations* const> builtin_operations();

// --plugin files, then PMEMBENCH_PLUGIN_PATH, then lib/pmembench/plugins next to the binary.
PluginSearch plugin_search(const GlobalOptions& global);

// What audits there are: of the built-in backends by the test suite, if it audited this build, and
// those that the user made.
AuditBook audit_book();

struct Host {
  dax_host_info info{};
  PluginSearch plugins;
  Registry registry;
};
Result<Host> open_host(const GlobalOptions& global);

// Workers of this binary. Error: its path is not known.
Result<WorkerSettings> worker_settings(const Host& host, const GlobalOptions& global, bool destroy,
                                       const std::atomic<bool>& interrupted);

}  // namespace pmembench
