#include "results/node_matrix.hpp"

#include <algorithm>
#include <tuple>

namespace pmembench {
namespace {

bool is_field(const Row& row) {
  return row.did_work() && row.numa && row.numa->interleave.empty() && !row.numa->measure.empty();
}

const Estimate& measured_of(const Row& row) {
  return row.numa->measure == "latency_ns" ? *row.ns_per_operation : *row.bytes_per_s;
}

template <typename T>
void insert_sorted(std::vector<T>& values, const T& value) {
  const auto at = std::lower_bound(values.begin(), values.end(), value);
  if (at == values.end() || *at != value) values.insert(at, value);
}

// Nodes by number, then devices by name.
bool target_before(const std::string& a, const std::string& b) {
  const bool a_is_node = a.starts_with("node ");
  if (a_is_node != b.starts_with("node ")) return a_is_node;
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

NodeMatrix& matrix_with_room(std::vector<NodeMatrix>& matrices, const RowPair& pair) {
  const auto room = std::find_if(matrices.begin(), matrices.end(), [&](const NodeMatrix& matrix) {
    return matrix.group == pair.group && matrix.measure == pair.measure &&
           matrix.field(pair.initiator_node, pair.target) == nullptr;
  });
  if (room != matrices.end()) return *room;
  NodeMatrix matrix;
  matrix.group = pair.group;
  matrix.measure = pair.measure;
  return matrices.emplace_back(std::move(matrix));
}

}  // namespace

const MatrixField* NodeMatrix::field(int initiator_node, std::string_view target) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const MatrixField& field) {
    return field.initiator_node == initiator_node && field.target == target;
  });
  return found == fields.end() ? nullptr : &*found;
}

std::vector<NodeMatrix> node_matrices(const std::vector<Row>& rows) {
  std::vector<NodeMatrix> matrices;
  for (const Row& row : rows) {
    if (!is_field(row)) continue;
    const RowPair& pair = *row.numa;
    NodeMatrix& matrix = matrix_with_room(matrices, pair);
    insert_sorted(matrix.initiators, pair.initiator_node);
    const auto at = std::find(matrix.targets.begin(), matrix.targets.end(), pair.target);
    if (at == matrix.targets.end()) matrix.targets.push_back(pair.target);
    std::sort(matrix.targets.begin(), matrix.targets.end(), target_before);
    matrix.fields.push_back({pair.initiator_node, pair.target, row.cell, measured_of(row),
                             pair.rated, pair.rated_by, pair.ratio});
  }
  for (NodeMatrix& matrix : matrices) {
    std::sort(matrix.fields.begin(), matrix.fields.end(), [](const auto& a, const auto& b) {
      return std::tie(a.initiator_node, a.target) < std::tie(b.initiator_node, b.target);
    });
  }
  return matrices;
}

}  // namespace pmembench
