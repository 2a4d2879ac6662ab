// The conditions of a whole run: noted, and warned about if they distort numbers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "platform/environment.hpp"
#include "platform/host_load.hpp"
#include "record/row.hpp"

namespace pmembench {

struct RunConditions {
  EnvironmentFacts environment;
  std::size_t nodes = 1;                // NUMA nodes of the host
  std::optional<OtherLoad> other_load;  // nullopt: not known
};

// The warnings that every row of the run gets. Facts that the host does not report cause no
// warning.
std::vector<Warning> run_warnings(const RunConditions& conditions);

// The document of kind "conditions" that the store keeps next to the run: prefetchers, THP,
// governor, turbo, SMT, NUMA balancing, other load; what is not known is "unknown" or null.
nlohmann::json to_json(const RunConditions& conditions);

}  // namespace pmembench
