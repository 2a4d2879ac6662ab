#include "cli/matrix_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/units.hpp"
#include "cli/text_table.hpp"
#include "results/node_matrix.hpp"

namespace pmembench {
namespace {

std::string signed_half_width(const Estimate& estimate) {
  if (!estimate.has_interval || estimate.estimate <= 0) return "";
  return fmt::format(" ±{:.1f}%", 50 * (estimate.high - estimate.low) / estimate.estimate);
}

std::string value_text(const std::string& measure, double value) {
  return measure == "latency_ns" ? format_duration_ns(value) : format_bandwidth(value);
}

std::string field_text(const std::string& measure, const MatrixField& field) {
  std::string text =
      value_text(measure, field.measured.estimate) + signed_half_width(field.measured);
  if (!field.ratio) return text;
  return text + fmt::format(", x{:.2f} of {} rated", field.ratio->estimate,
                            value_text(measure, *field.rated));
}

std::string title_of(const NodeMatrix& matrix) {
  const bool latency = matrix.measure == "latency_ns";
  return fmt::format("\nnodes: {} of {}\n", latency ? "latency" : "bandwidth", matrix.group);
}

std::string one_matrix(const NodeMatrix& matrix) {
  std::vector<TextTable::Column> columns{{"from"}};
  for (const std::string& target : matrix.targets) columns.push_back({"to " + target});
  TextTable table(columns);
  for (const int initiator : matrix.initiators) {
    std::vector<std::string> line{fmt::format("node {}", initiator)};
    for (const std::string& target : matrix.targets) {
      const auto field = matrix.fields.find({initiator, target});
      line.push_back(field == matrix.fields.end() ? "-"
                                                  : field_text(matrix.measure, field->second));
    }
    table.add(std::move(line));
  }
  return title_of(matrix) + table.text();
}

// Who rates any of the fields: the firmware, hwloc.
std::set<std::string> raters(const std::vector<NodeMatrix>& matrices) {
  std::set<std::string> found;
  for (const NodeMatrix& matrix : matrices) {
    for (const auto& [pair, field] : matrix.fields) {
      if (field.rated_by) found.insert(*field.rated_by);
    }
  }
  return found;
}

bool only_one_field(const std::vector<NodeMatrix>& matrices) {
  return std::all_of(matrices.begin(), matrices.end(), [](const NodeMatrix& matrix) {
    return matrix.initiators.size() == 1 && matrix.targets.size() == 1;
  });
}

std::string notes(const std::vector<NodeMatrix>& matrices) {
  std::string text;
  if (only_one_field(matrices)) {
    text += "one node with CPUs, and one memory that it reaches: nothing is far on this host.\n";
  }
  const std::set<std::string> by = raters(matrices);
  if (by.empty()) {
    return text +
           "rated by the firmware (HMAT) or by hwloc's memory attributes: none of these "
           "pairs.\n";
  }
  if (by.count("HMAT") != 0) {
    text += "rated: by the host's firmware (HMAT), for the pair of nodes; not measured.\n";
  }
  if (by.count("hwloc") != 0) {
    text +=
        "rated: by hwloc's memory attributes, where the firmware rates nothing; not measured.\n";
  }
  return text;
}

std::string weights_text(const SweepPoint& point) {
  return fmt::format("{}:{}", point.first_weight, point.second_weight);
}

std::string found_text(const InterleaveSweep& sweep) {
  const SweepPoint& best = sweep.points[sweep.best];
  std::string text = fmt::format(
      "best: {} of nodes {}:{}, {}{}; it may lie at {:.0f} to {:.0f} % of the pages on node {}.\n",
      weights_text(best), sweep.first_node, sweep.second_node,
      format_bandwidth(best.bytes_per_s.estimate), signed_half_width(best.bytes_per_s),
      100 * sweep.best_low_share, 100 * sweep.best_high_share, sweep.first_node);
  if (!sweep.predicted_share) {
    return text + "nothing is predicted: each node alone was not measured too.\n";
  }
  const SweepPoint& nearest = sweep.points[*sweep.nearest_to_predicted];
  return text + fmt::format(
                    "predicted by the nodes' bandwidths: {:.0f} % on node {}, {} at most; {}, the "
                    "nearest that was measured, reaches {:.0f} % of the best.\n",
                    100 * *sweep.predicted_share, sweep.first_node,
                    format_bandwidth(*sweep.predicted_bytes_per_s), weights_text(nearest),
                    100 * nearest.bytes_per_s.estimate / best.bytes_per_s.estimate);
}

std::string one_sweep(const InterleaveSweep& sweep) {
  TextTable table({{fmt::format("pages on node {}", sweep.first_node), Align::right},
                   {fmt::format("weights {}:{}", sweep.first_node, sweep.second_node)},
                   {"bandwidth", Align::right},
                   {"interval", Align::right}});
  for (const SweepPoint& point : sweep.points) {
    table.add({fmt::format("{:.0f} %", 100 * point.first_share), weights_text(point),
               format_bandwidth(point.bytes_per_s.estimate), signed_half_width(point.bytes_per_s)});
  }
  return fmt::format("\ninterleave: nodes {} and {}, from node {}, of {}\n{}{}", sweep.first_node,
                     sweep.second_node, sweep.initiator_node, sweep.group, table.text(),
                     found_text(sweep));
}

}  // namespace

std::string matrix_text(const std::vector<Row>& rows) {
  const std::vector<NodeMatrix> matrices = node_matrices(rows);
  std::string text;
  for (const NodeMatrix& matrix : matrices) text += one_matrix(matrix);
  if (!matrices.empty()) text += notes(matrices);
  for (const InterleaveSweep& sweep : interleave_sweeps(rows)) text += one_sweep(sweep);
  return text;
}

}  // namespace pmembench
