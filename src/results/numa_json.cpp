// Matrices and sweeps as the document that the store keeps and `show --numa --json` prints.
#include <nlohmann/json.hpp>

#include "results/derived_members.hpp"
#include "results/node_matrix.hpp"

namespace pmembench {

nlohmann::json numa_json(const std::vector<NodeMatrix>& matrices,
                         const std::vector<InterleaveSweep>& sweeps) {
  if (matrices.empty() && sweeps.empty()) return nullptr;
  return {{"schema", "pmembench-numa"},
          {"version", 1},
          {"matrices", encode(matrices)},
          {"interleave", encode(sweeps)}};
}

}  // namespace pmembench
