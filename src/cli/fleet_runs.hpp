// Runs of several hosts as the commands fleet and merge take them.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/fleet.hpp"

namespace pmembench {

// "3" and "latest" of `database`, "FILE.db:3", or "FILE.db" for its latest run.
Result<std::vector<FleetRun>> load_fleet(const std::vector<std::string>& words,
                                         const std::string& database);

// A line for each host of each cell, and a sentence for each that is or may be slower.
[[nodiscard]] std::string fleet_text(const std::vector<FleetCell>& cells);

}  // namespace pmembench
