// Matrices from node to node, and sweeps of weighted interleave, out of the rows of one run.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/row.hpp"

namespace pmembench {

struct MatrixField {
  std::string cell;
  Estimate measured;
  std::optional<double> rated;
  std::optional<std::string> rated_by;  // "HMAT", "hwloc"
  std::optional<Estimate> ratio;        // measured / rated
};

struct NodeMatrix {
  std::string group;                 // the cells without medium and CPUs
  std::string measure;               // "latency_ns", "bytes_per_s"
  std::vector<int> initiators;       // ascending
  std::vector<std::string> targets;  // "node 0", "node 2", "dax0.0"
  std::map<std::pair<int, std::string>, MatrixField> fields;
};

// Of the measured rows that were placed by nodes, by group and measure, in the order of the rows.
// Two rows for one field (media of two sizes, say) make two matrices.
std::vector<NodeMatrix> node_matrices(const std::vector<Row>& rows);

struct SweepPoint {
  std::string cell;
  unsigned first_weight = 0, second_weight = 0;  // one is 0: all pages on the other node
  double first_share = 0;                        // of the pages
  Estimate bytes_per_s;
};

struct InterleaveSweep {
  std::string group;
  int initiator_node = -1;
  int first_node = -1, second_node = -1;
  std::vector<SweepPoint> points;  // first_share descends
  std::size_t best = 0;            // the point of the largest bandwidth
  // Shares on the first node whose intervals overlap that of the best: it may be any of them.
  double best_low_share = 0, best_high_share = 0;
  // From the bandwidths of each node alone: pages dealt out in their proportion keep both busy to
  // the end. Nothing where one of them was not measured.
  std::optional<double> predicted_share;
  std::optional<double> predicted_bytes_per_s;
  std::optional<std::size_t> nearest_to_predicted;
};

// Where at least one interleave of two nodes was measured.
std::vector<InterleaveSweep> interleave_sweeps(const std::vector<Row>& rows);

// The document of kind "numa" that the store keeps beside a run; null where there is neither.
nlohmann::json numa_json(const std::vector<Row>& rows);

}  // namespace pmembench
