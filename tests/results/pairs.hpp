// Rows that were placed by nodes, by hand.
#pragma once

#include <string>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench::sample {

inline RatedAccess rated_access() {
  RatedAccess rated;
  rated.initiator_node = 0;
  rated.read_latency_ns = 80;
  rated.read_bandwidth_mib_per_s = 600;
  rated.write_bandwidth_mib_per_s = 300;
  return rated;
}

// From `initiator` to `target` ("node 1", "dax0.0", or an interleave), at `ns` for 64 bytes.
inline Cell placed_cell(int initiator, const std::string& target, std::optional<int> target_node) {
  Cell placed = cell(fmt::format("{} to {}", initiator, target));
  placed.parameters["access"] = "read";
  NodePair pair;
  pair.initiator_node = initiator;
  pair.target = target;
  pair.target_node = target_node;
  pair.group = "movnt/direct/random/t1";
  placed.pair = pair;
  return placed;
}

inline std::vector<Replicate> at(double ns) {
  std::vector<Replicate> all;
  for (unsigned i = 0; i < 8; ++i) all.push_back(replicate(i, ns * (0.998 + 0.0005 * i)));
  return all;
}

inline Row placed_row(int initiator, const std::string& target, std::optional<int> target_node,
                      double ns) {
  return make_row(placed_cell(initiator, target, target_node), at(ns), "", RowContext{});
}

inline Row dealt_row(int initiator, std::vector<NodeWeight> weights, double ns) {
  Cell cell = placed_cell(initiator, "interleave " + interleave_text(weights), std::nullopt);
  cell.pair->interleave = std::move(weights);
  return make_row(cell, at(ns), "", RowContext{});
}

}  // namespace pmembench::sample
