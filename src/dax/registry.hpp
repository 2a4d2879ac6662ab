// Registry: which backends there are, where they came from, and why the others cannot run.
#pragma once

#include <cstdint>
#include <memory>
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

// Does a backend with these operations serve that kind of medium? A model (DAX_MEDIA_SIM) is
// between the operations and ordinary memory: what serves that, leaves mapping to the host and does
// the work serves a model too.
[[nodiscard]] bool serves(const dax_operations& operations, dax_media_kind kind);

// Is it built in, and does it work on the host's mapping, so that another such backend can go on
// with the same device? What a plugin does to memory that is not its own would be blamed on the
// others.
[[nodiscard]] bool shares_mapping(const BackendEntry& backend);

// Where plugins are looked for, in this order. Each FILE named by the user must load; files of a
// folder that are refused are listed with the reason.
struct PluginSearch {
  std::vector<std::string> files;  // --plugin FILE
  // PMEMBENCH_PLUGIN_PATH split at ':', then the installed folder.
  std::vector<std::string> folders;
  std::uint64_t limit_ms = 5000;  // how long loading and probing one of them may take
};

// Immutable once built; any thread may read it. Owns the tables that its entries point to, so it
// outlives every device that was opened with one; moving it leaves them where they are.
class Registry {
 public:
  // Checks and probes the built-ins and all plugins, in that order. Plugins are first loaded and
  // probed in a child process, so that one that crashes is refused by name (call it before the
  // process has threads). Errors: a file named by the user that is refused (each refusal its own
  // sentence), a name seen twice (names both origins), a folder that cannot be read. A probe that
  // says no is not an error: the entry has the reason. One file that is reached twice counts once.
  static Result<Registry> build(const dax_host_info& host,
                                std::span<const dax_operations* const> builtins,
                                const PluginSearch& search);
  [[nodiscard]] const std::vector<BackendEntry>& entries() const { return entries_; }
  // The entry, or an error that lists the nearest name. Does not ask whether it is usable.
  [[nodiscard]] Result<const BackendEntry*> find(std::string_view name) const;

 private:
  Status add_plugins(const dax_host_info& host, const PluginSearch& search);
  Status add_plugin(const std::string& path, bool named, const dax_host_info& host,
                    std::uint64_t limit_ms);
  // Takes the table over; refuses a name that another entry with a table has.
  Status add(const dax_operations& table, std::string origin, std::string reason);

  std::vector<BackendEntry> entries_;
  std::vector<std::unique_ptr<const dax_operations>> tables_;
};

}  // namespace pmembench
