// plugin_loader: shared objects with the one symbol pmembench_backend(), found and loaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/dax_operations.h"
#include "base/result.hpp"

namespace pmembench {

struct LoadedPlugin {
  dax_operations table{};  // complete; its strings and functions live in the shared object
  std::string reason;      // the probe's, where this host cannot run it; empty: it can
};

// Loads one shared object, checks its table and probes it. All of that is done first in a child
// process with `limit_ms` to live, so that one that crashes, exits or hangs is refused in words;
// only then is it loaded here (RTLD_NOW | RTLD_LOCAL), and never unloaded. The probe runs in the
// child alone. A path without '/' is relative to the working directory, never searched for.
//
// Every refusal is an environment error "plugin PATH: why". Call it before the process has threads:
// it forks.
Result<LoadedPlugin> load_plugin(const std::string& path, const dax_host_info& host,
                                 std::uint64_t limit_ms);

// The files pmembench-NAME.so of a folder, sorted by name. A folder that does not exist has none
// (the installed one need not); one that cannot be read is an environment error.
Result<std::vector<std::string>> plugins_in_folder(const std::string& folder);

// NAME of ".../pmembench-NAME.so", or the bare file name where it is not called so.
[[nodiscard]] std::string plugin_name_of(const std::string& path);

}  // namespace pmembench
