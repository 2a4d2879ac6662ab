// Sweeps of weighted interleave: the best weight, and the one that the nodes' bandwidths predict.
#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>

#include "results/node_matrix.hpp"

namespace pmembench {
namespace {

bool moves_bytes(const Row& row) {
  return row.did_work() && row.numa && row.bytes_per_s && row.numa->measure == "bytes_per_s";
}

SweepPoint point_of(const Row& row, unsigned first_weight, unsigned second_weight) {
  SweepPoint point;
  point.cell = row.cell;
  point.weights = {first_weight, second_weight};
  point.first_share = static_cast<double>(first_weight) / (first_weight + second_weight);
  point.bytes_per_s = *row.bytes_per_s;
  return point;
}

// The row as a point of the sweep; nothing where it is of another.
std::optional<SweepPoint> point_in(const InterleaveSweep& sweep, const Row& row) {
  if (!moves_bytes(row) || row.numa->group != sweep.group ||
      row.numa->initiator_node != sweep.initiator_node) {
    return std::nullopt;
  }
  const auto& weights = row.numa->interleave;
  if (weights.empty()) {
    if (row.numa->target_node == sweep.nodes.first) return point_of(row, 1, 0);
    if (row.numa->target_node == sweep.nodes.second) return point_of(row, 0, 1);
    return std::nullopt;
  }
  if (weights.size() != 2) return std::nullopt;
  const auto& [a, b] = std::minmax(weights[0], weights[1],
                                   [](const auto& x, const auto& y) { return x.node < y.node; });
  if (a.node != sweep.nodes.first || b.node != sweep.nodes.second) return std::nullopt;
  return point_of(row, a.weight, b.weight);
}

bool overlap(const Estimate& a, const Estimate& b) { return a.low <= b.high && b.low <= a.high; }

void find_best(InterleaveSweep& sweep) {
  const auto& points = sweep.points;
  const auto best = std::max_element(
      points.begin(), points.end(),
      [](const auto& a, const auto& b) { return a.bytes_per_s.estimate < b.bytes_per_s.estimate; });
  sweep.best.point = static_cast<std::size_t>(best - points.begin());
  sweep.best.low_share = sweep.best.high_share = best->first_share;
  for (const SweepPoint& point : points) {
    if (!overlap(point.bytes_per_s, best->bytes_per_s)) continue;
    sweep.best.low_share = std::min(sweep.best.low_share, point.first_share);
    sweep.best.high_share = std::max(sweep.best.high_share, point.first_share);
  }
}

// A share x on the first node takes max(x / B1, (1 - x) / B2) a byte: least where both are equal.
void predict(InterleaveSweep& sweep) {
  const SweepPoint& first = sweep.points.front();
  const SweepPoint& second = sweep.points.back();
  if (first.weights.second != 0 || second.weights.first != 0) return;
  const double sum = first.bytes_per_s.estimate + second.bytes_per_s.estimate;
  sweep.predicted.first_share = first.bytes_per_s.estimate / sum;
  sweep.predicted.bytes_per_s = sum;
  std::size_t nearest = 0;
  const auto distance = [&](std::size_t index) {
    return std::abs(sweep.points[index].first_share - *sweep.predicted.first_share);
  };
  for (std::size_t i = 1; i < sweep.points.size(); ++i) {
    if (distance(i) < distance(nearest)) nearest = i;
  }
  sweep.predicted.nearest_point = nearest;
}

InterleaveSweep sweep_around(const Row& row, const std::vector<Row>& rows) {
  InterleaveSweep sweep;
  sweep.group = row.numa->group;
  sweep.initiator_node = row.numa->initiator_node;
  const auto& weights = row.numa->interleave;
  sweep.nodes.first = std::min(weights[0].node, weights[1].node);
  sweep.nodes.second = std::max(weights[0].node, weights[1].node);
  std::set<std::pair<unsigned, unsigned>> seen;
  for (const Row& other : rows) {
    const auto point = point_in(sweep, other);
    if (!point || !seen.insert(point->weights).second) continue;
    sweep.points.push_back(*point);
  }
  std::stable_sort(sweep.points.begin(), sweep.points.end(),
                   [](const auto& a, const auto& b) { return a.first_share > b.first_share; });
  find_best(sweep);
  predict(sweep);
  return sweep;
}

}  // namespace

std::vector<InterleaveSweep> interleave_sweeps(const std::vector<Row>& rows) {
  std::vector<InterleaveSweep> sweeps;
  std::set<std::tuple<std::string, int, int, int>> seen;
  for (const Row& row : rows) {
    if (!moves_bytes(row) || row.numa->interleave.size() != 2) continue;
    const int a = row.numa->interleave[0].node;
    const int b = row.numa->interleave[1].node;
    const auto key =
        std::make_tuple(row.numa->group, row.numa->initiator_node, std::min(a, b), std::max(a, b));
    if (seen.insert(key).second) sweeps.push_back(sweep_around(row, rows));
  }
  return sweeps;
}

}  // namespace pmembench
