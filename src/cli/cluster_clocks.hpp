// pmembench-mpi clocks: offsets and drifts of the hosts' clocks.
#pragma once

#include <string>

#include "base/result.hpp"
#include "cluster/conductor.hpp"

namespace CLI {
class App;
}

namespace pmembench {

class ClusterClocks {
 public:
  explicit ClusterClocks(CLI::App& command);
  // On rank 0.
  Result<int> lead(Conductor& conductor);

 private:
  std::string over_ = "1s";
  bool as_json_ = false;
};

}  // namespace pmembench
