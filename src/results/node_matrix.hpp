// Matrices from node to node, and sweeps of weighted interleave, out of the rows of one run.
#pragma once

#include <cstddef>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "record/row.hpp"
#include "results/printed_table.hpp"

namespace pmembench {

struct MatrixField {
  int initiator_node = -1;
  std::string target;
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
  std::vector<MatrixField> fields;   // one a pair at most
  // Null: the pair was not measured.
  [[nodiscard]] const MatrixField* field(int initiator_node, std::string_view target) const;
};

// Of the measured rows that were placed by nodes, by group and measure, in the order of the rows.
// Two rows for one field (media of two sizes, say) make two matrices.
std::vector<NodeMatrix> node_matrices(const std::vector<Row>& rows);

struct SweepPoint {
  std::string cell;
  std::pair<unsigned, unsigned> weights{0, 0};  // one is 0: all pages on the other node
  double first_share = 0;                       // of the pages
  Estimate bytes_per_s;
};

struct InterleaveSweep {
  std::string group;
  int initiator_node = -1;
  std::pair<int, int> nodes{-1, -1};
  std::vector<SweepPoint> points;  // first_share descends
  struct Best {
    std::size_t point = 0;  // of the largest bandwidth
    // Shares on the first node whose intervals overlap that of the best: it may be any of them.
    double low_share = 0, high_share = 0;
  } best;
  // From the bandwidths of each node alone: pages distributed in their proportion keep both busy to
  // the end. Nothing where one of them was not measured.
  struct Predicted {
    std::optional<double> first_share, bytes_per_s;
    std::optional<std::size_t> nearest_point;
  } predicted;
};

// Where at least one interleave of two nodes was measured.
std::vector<InterleaveSweep> interleave_sweeps(const std::vector<Row>& rows);

// The document of kind "numa" that the store keeps next to a run; null where there is neither.
nlohmann::json numa_json(const std::vector<NodeMatrix>& matrices,
                         const std::vector<InterleaveSweep>& sweeps);

// One table a matrix, and one a sweep.
std::vector<PrintedTable> numa_tables(const std::vector<NodeMatrix>& matrices,
                                      const std::vector<InterleaveSweep>& sweeps);

}  // namespace pmembench
