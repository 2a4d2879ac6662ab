#include <gmock/gmock.h>

#include "pairs.hpp"
#include "results/node_matrix.hpp"

namespace pmembench {
namespace {

using sample::dealt_row;
using sample::placed_row;

// A memory that obeys the model: 64 bytes in max(x / b0, (1 - x) / b1), bandwidths in bytes/ns.
double model_ns(double share, double b0, double b1) {
  return 64 * std::max(share / b0, (1 - share) / b1);
}

std::vector<Row> model_rows(double b0, double b1) {
  std::vector<Row> rows{placed_row(0, "node 1", 1, model_ns(0, b0, b1)),
                        placed_row(0, "node 0", 0, model_ns(1, b0, b1))};
  for (const auto& [w0, w1] :
       std::vector<std::pair<unsigned, unsigned>>{{7, 1}, {3, 1}, {5, 3}, {1, 1}, {3, 5}, {1, 3}}) {
    const double share = static_cast<double>(w0) / (w0 + w1);
    rows.push_back(dealt_row(0, {{0, w0}, {1, w1}}, model_ns(share, b0, b1)));
  }
  return rows;
}

TEST(InterleaveSweep, finds_the_injected_best_weight_and_predicts_it) {
  const auto sweeps = interleave_sweeps(model_rows(12, 4));
  ASSERT_EQ(sweeps.size(), 1U);
  const InterleaveSweep& sweep = sweeps[0];
  ASSERT_EQ(sweep.points.size(), 8U);
  EXPECT_EQ(sweep.points.front().first_share, 1);
  EXPECT_EQ(sweep.points.back().first_share, 0);
  EXPECT_DOUBLE_EQ(sweep.points[sweep.best.point].first_share, 0.75);
  EXPECT_DOUBLE_EQ(sweep.best.low_share, 0.75) << "its neighbours are clearly slower";
  EXPECT_DOUBLE_EQ(sweep.best.high_share, 0.75);
  ASSERT_TRUE(sweep.predicted.first_share && sweep.predicted.bytes_per_s);
  EXPECT_NEAR(*sweep.predicted.first_share, 0.75, 1e-9);
  EXPECT_NEAR(*sweep.predicted.bytes_per_s, 16e9, 0.01e9);
  EXPECT_EQ(sweep.predicted.nearest_point, sweep.best.point);
}

TEST(InterleaveSweep, tells_weights_apart_only_where_their_intervals_do) {
  std::vector<Row> rows = model_rows(12, 4);
  // 5:3 is as fast as 3:1 in truth.
  for (Row& row : rows) {
    if (row.numa->interleave == std::vector<NodeWeight>{{0, 5}, {1, 3}}) {
      row.bytes_per_s = rows[3].bytes_per_s;
      row.bytes_per_s->estimate *= 0.9999;
    }
  }
  const auto sweeps = interleave_sweeps(rows);
  EXPECT_DOUBLE_EQ(sweeps.at(0).best.low_share, 0.625);
  EXPECT_DOUBLE_EQ(sweeps.at(0).best.high_share, 0.75);
}

TEST(InterleaveSweep, predicts_nothing_without_both_nodes) {
  std::vector<Row> rows = model_rows(12, 4);
  rows.erase(rows.begin());
  const auto sweeps = interleave_sweeps(rows);
  ASSERT_EQ(sweeps.size(), 1U);
  EXPECT_EQ(sweeps[0].points.size(), 7U);
  EXPECT_FALSE(sweeps[0].predicted.first_share);
  EXPECT_FALSE(sweeps[0].predicted.nearest_point);
}

TEST(InterleaveSweep, knows_weights_in_either_order_of_their_nodes) {
  const auto sweeps =
      interleave_sweeps({placed_row(0, "node 0", 0, 10), dealt_row(0, {{1, 1}, {0, 3}}, 8)});
  ASSERT_EQ(sweeps.size(), 1U);
  EXPECT_EQ(sweeps[0].nodes.first, 0);
  EXPECT_EQ(sweeps[0].nodes.second, 1);
  EXPECT_EQ(sweeps[0].points.at(1).weights.first, 3U);
}

TEST(InterleaveSweep, keeps_initiators_and_pairs_apart) {
  const auto sweeps = interleave_sweeps(
      {dealt_row(0, {{0, 1}, {1, 1}}, 8), dealt_row(1, {{0, 1}, {1, 1}}, 8),
       dealt_row(0, {{0, 1}, {2, 1}}, 8), dealt_row(0, {{0, 1}, {1, 1}, {2, 1}}, 8)});
  EXPECT_EQ(sweeps.size(), 3U) << "of two nodes; three have no one line of weights";
}

TEST(InterleaveSweep, is_none_without_an_interleave) {
  EXPECT_TRUE(interleave_sweeps({placed_row(0, "node 0", 0, 10), sample::row()}).empty());
}

}  // namespace
}  // namespace pmembench
