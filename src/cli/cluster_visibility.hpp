// pmembench-mpi visibility: the visibility test between each two hosts.
#pragma once

#include <string>

#include "base/result.hpp"
#include "cli/visibility_text.hpp"
#include "cluster/conductor.hpp"

namespace CLI {
class App;
}

namespace pmembench {

class ClusterVisibility {
 public:
  void add_to(CLI::App& command);
  Status read();
  // On rank 0. `cpu_features`: of this host; the others' are asked for.
  Result<int> lead(Conductor& conductor, std::uint64_t cpu_features);

 private:
  Result<VisibilityPair> test_pair(Conductor& conductor, unsigned writer, unsigned reader,
                                   std::vector<VisibilityCell> cells);
  VisibilityOptions options_;
  std::string pairs_ = "all", database_;
  bool as_json_ = false;
};

}  // namespace pmembench
