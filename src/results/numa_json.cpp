// Matrices and sweeps as the document that the store keeps and `show --numa --json` prints.
#include "record/codec.hpp"

#include <nlohmann/json.hpp>
#include "results/node_matrix.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

template <typename T>
json known(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json matrix_json(const NodeMatrix& matrix) {
  json fields = json::array();
  for (const auto& [pair, field] : matrix.fields) {
    fields.push_back({{"initiator_node", pair.first},
                      {"target", pair.second},
                      {"cell", field.cell},
                      {"measured", to_json(field.measured)},
                      {"rated", known(field.rated)},
                      {"rated_by", known(field.rated_by)},
                      {"ratio", to_json(field.ratio)}});
  }
  return {{"group", matrix.group},
          {"measure", matrix.measure},
          {"initiators", matrix.initiators},
          {"targets", matrix.targets},
          {"fields", fields}};
}

json sweep_json(const InterleaveSweep& sweep) {
  json points = json::array();
  for (const SweepPoint& point : sweep.points) {
    points.push_back({{"cell", point.cell},
                      {"weights", {point.first_weight, point.second_weight}},
                      {"first_share", point.first_share},
                      {"bytes_per_s", to_json(point.bytes_per_s)}});
  }
  return {{"group", sweep.group},
          {"initiator_node", sweep.initiator_node},
          {"nodes", {sweep.first_node, sweep.second_node}},
          {"points", points},
          {"best",
           {{"point", sweep.best},
            {"low_share", sweep.best_low_share},
            {"high_share", sweep.best_high_share}}},
          {"predicted",
           {{"first_share", known(sweep.predicted_share)},
            {"bytes_per_s", known(sweep.predicted_bytes_per_s)},
            {"nearest_point", known(sweep.nearest_to_predicted)}}}};
}

}  // namespace

json numa_json(const std::vector<Row>& rows) {
  json matrices = json::array();
  for (const NodeMatrix& matrix : node_matrices(rows)) matrices.push_back(matrix_json(matrix));
  json sweeps = json::array();
  for (const InterleaveSweep& sweep : interleave_sweeps(rows)) sweeps.push_back(sweep_json(sweep));
  if (matrices.empty() && sweeps.empty()) return nullptr;
  return {
      {"schema", "pmembench-numa"}, {"version", 1}, {"matrices", matrices}, {"interleave", sweeps}};
}

}  // namespace pmembench
