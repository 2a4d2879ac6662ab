// Registry: which backends there are, whence they came, and why the others cannot run.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/dax_operations.h"
#include "base/result.hpp"

namespace pmembench {

struct BackendEntry {
  std::string name;
  std::string summary;
  std::string origin;                          // "built in", or the path of the shared object
  std::string reason;                          // why it cannot run here; empty: it can
  const dax_operations* operations = nullptr;  // null only where the table itself was refused
  [[nodiscard]] bool usable() const { return reason.empty() && operations != nullptr; }
};

// Where plugins are looked for, in this order. Each FILE named by the user must load; what lies
// in a folder and is refused is listed with the reason.
struct PluginSearch {
  std::vector<std::string> files;  // --plugin FILE
  std::vector<std::string>
      folders;  // PMEMBENCH_PLUGIN_PATH split at ':', then the installed folder
};

// Immutable once built; any thread may read it.
class Registry {
 public:
  // Checks and probes the built-ins and all plugins. Plugins are first loaded and probed in a child
  // process, so that one that crashes is refused by name. Errors: a file named by the user that
  // is refused (each refusal its own sentence), a name seen twice (names both origins).
  static Result<Registry> build(const dax_host_info& host,
                                std::span<const dax_operations* const> builtins,
                                const PluginSearch& search);
  [[nodiscard]] const std::vector<BackendEntry>& entries() const { return entries_; }
  // The entry, or an error that lists the nearest name. Does not ask whether it is usable.
  [[nodiscard]] Result<const BackendEntry*> find(std::string_view name) const;

 private:
  std::vector<BackendEntry> entries_;
};

}  // namespace pmembench
