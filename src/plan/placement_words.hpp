// The grammar of an explicit placement: "cpus=0-3,8;node=1", "cpu_node=0;node=1".
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

struct PlacementWords {
  std::vector<int> cpus;  // as written; empty: not named
  std::optional<int> cpu_node;
  std::optional<int> node;
  bool each_cpu_node = false;  // "cpu_node=each", left where no node was substituted for it
};

// Usage errors name the part that is wrong and what is allowed there. At most 4096 CPUs.
Result<PlacementWords> read_placement(std::string_view text);

}  // namespace pmembench
