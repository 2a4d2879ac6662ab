// Matrices from node to node, and sweeps of interleave, as tables.

#include <algorithm>
#include <set>

#include "base/units.hpp"
#include "platform/interleave_weights.hpp"
#include "results/node_matrix.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

// " ±3.4%", behind a number.
std::string with_half_width(const Estimate& estimate) {
  const std::string half = half_width_text(estimate);
  return half.empty() ? half : " " + half;
}

std::string value_text(const std::string& measure, double value) {
  return measure == "latency_ns" ? format_duration_ns(value) : format_bandwidth(value);
}

std::string field_text(const std::string& measure, const MatrixField& field) {
  std::string text = value_text(measure, field.measured.estimate) + with_half_width(field.measured);
  if (!field.ratio) return text;
  return text + fmt::format(", x{:.2f} of {} rated", field.ratio->estimate,
                            value_text(measure, *field.rated));
}

PrintedTable table_of(const NodeMatrix& matrix) {
  const bool latency = matrix.measure == "latency_ns";
  PrintedTable table{
      "nodes",
      fmt::format("nodes: {} of {}", latency ? "latency" : "bandwidth", matrix.group),
      {{"from", false}},
      {},
      ""};
  for (const std::string& target : matrix.targets) table.columns.push_back({"to " + target, false});
  for (const int initiator : matrix.initiators) {
    PrintedRow row{{fmt::format("node {}", initiator)}, 0, ""};
    for (const std::string& target : matrix.targets) {
      const MatrixField* field = matrix.field(initiator, target);
      row.cells.push_back(field == nullptr ? "-" : field_text(matrix.measure, *field));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// Who rates any of the fields: the firmware, hwloc.
std::set<std::string> raters(const std::vector<NodeMatrix>& matrices) {
  std::set<std::string> found;
  for (const NodeMatrix& matrix : matrices) {
    for (const MatrixField& field : matrix.fields) {
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
  return fmt::format("{}:{}", point.weights.first, point.weights.second);
}

std::string found_text(const InterleaveSweep& sweep) {
  const SweepPoint& best = sweep.points[sweep.best.point];
  std::string text = fmt::format(
      "best: {} of nodes {}:{}, {}{}; it may be at {:.0f} to {:.0f} % of the pages on node {}.\n",
      weights_text(best), sweep.nodes.first, sweep.nodes.second,
      format_bandwidth(best.bytes_per_s.estimate), with_half_width(best.bytes_per_s),
      100 * sweep.best.low_share, 100 * sweep.best.high_share, sweep.nodes.first);
  if (!sweep.predicted.first_share) {
    return text + "nothing is predicted: each node alone was not measured too.\n";
  }
  const SweepPoint& nearest = sweep.points[*sweep.predicted.nearest_point];
  return text + fmt::format(
                    "predicted by the nodes' bandwidths: {:.0f} % on node {}, {} at most; {}, the "
                    "nearest that was measured, reaches {:.0f} % of the best.\n",
                    100 * *sweep.predicted.first_share, sweep.nodes.first,
                    format_bandwidth(*sweep.predicted.bytes_per_s), weights_text(nearest),
                    100 * nearest.bytes_per_s.estimate / best.bytes_per_s.estimate);
}

// The commands that set the best weights; nothing where all pages are on one node.
std::string commands_text(const InterleaveSweep& sweep) {
  const auto& [first, second] = sweep.points[sweep.best.point].weights;
  if (first == 0 || second == 0) {
    return fmt::format("to use it: numactl --membind={} COMMAND\n",
                       second == 0 ? sweep.nodes.first : sweep.nodes.second);
  }
  return fmt::format(
      "to use it: echo {0} > /{4}/node{1}; echo {2} > /{4}/node{3}\n"
      "           numactl --weighted-interleave={1},{3} COMMAND\n"
      "the kernel's own weights: grep . /{4}/*\n",
      first, sweep.nodes.first, second, sweep.nodes.second,
      kInterleaveWeights);
}

PrintedTable table_of(const InterleaveSweep& sweep) {
  const auto& [first, second] = sweep.nodes;
  PrintedTable table{"interleave",
                     fmt::format("interleave: nodes {} and {}, from node {}, of {}", first, second,
                                 sweep.initiator_node, sweep.group),
                     {{fmt::format("pages on node {}", first), true},
                      {fmt::format("weights {}:{}", first, second), false},
                      {"bandwidth", true},
                      {"interval", true}},
                     {},
                     found_text(sweep) + commands_text(sweep)};
  for (const SweepPoint& point : sweep.points) {
    table.rows.push_back(
        {{fmt::format("{:.0f} %", 100 * point.first_share), weights_text(point),
          format_bandwidth(point.bytes_per_s.estimate), half_width_text(point.bytes_per_s)},
         0,
         ""});
  }
  return table;
}

}  // namespace

std::vector<PrintedTable> numa_tables(const std::vector<NodeMatrix>& matrices,
                                      const std::vector<InterleaveSweep>& sweeps) {
  std::vector<PrintedTable> tables;
  for (const NodeMatrix& matrix : matrices) tables.push_back(table_of(matrix));
  if (!tables.empty()) tables.back().note = notes(matrices);
  for (const InterleaveSweep& sweep : sweeps) tables.push_back(table_of(sweep));
  return tables;
}

}  // namespace pmembench
