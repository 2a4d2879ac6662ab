#include "results/node_matrix.hpp"

#include <gmock/gmock.h>

#include "pairs.hpp"
#include "results/make_row.hpp"
#include "words.hpp"

namespace pmembench {
namespace {

using sample::placed_row;
using testing::HasSubstr;
using testing::Not;

std::string matrix_text(const std::vector<Row>& rows) {
  return sample::words_of(numa_tables(node_matrices(rows), interleave_sweeps(rows)));
}

TEST(MatrixTable, is_nothing_where_nobody_was_placed_by_nodes) {
  EXPECT_EQ(matrix_text({sample::row()}), "");
}

TEST(MatrixTable, shows_each_pair_and_a_dash_for_what_was_not_measured) {
  const std::string text =
      matrix_text({placed_row(0, "node 0", 0, 64), placed_row(0, "dax0.0", std::nullopt, 128),
                   placed_row(1, "node 0", 0, 100)});
  EXPECT_THAT(text, HasSubstr("nodes: bandwidth of movnt/direct/random/t1\n"));
  EXPECT_THAT(text, HasSubstr("MiB/s ±0."));
  EXPECT_THAT(text, testing::ContainsRegex("node 1 . 61[01] MiB/s[^\n]* . -\n"));
  EXPECT_THAT(text, HasSubstr("rated by the firmware (HMAT) or by hwloc's memory attributes: none "
                              "of these pairs.\n"));
  EXPECT_THAT(text, Not(HasSubstr("nothing is far")));
}

TEST(MatrixTable, puts_what_is_rated_beside_what_was_measured) {
  Cell cell = sample::placed_cell(0, "node 0", 0);
  cell.pair->rated = sample::rated_access();
  cell.latency_mode = "dependent";
  const std::string text = matrix_text({make_row(cell, sample::at(100), "", RowContext{})});
  EXPECT_THAT(text, HasSubstr("nodes: latency of "));
  EXPECT_THAT(text, HasSubstr(", x1.25 of 80 ns rated"));
  EXPECT_THAT(text, HasSubstr("rated: by the host's firmware (HMAT)"));
  EXPECT_THAT(text, Not(HasSubstr("hwloc")));
  cell.pair->rated->source = "hwloc";
  EXPECT_THAT(matrix_text({make_row(cell, sample::at(100), "", RowContext{})}),
              HasSubstr("rated: by hwloc's memory attributes, where the firmware rates nothing"));
}

TEST(MatrixTable, says_that_nothing_is_far_on_one_node) {
  EXPECT_THAT(
      matrix_text({placed_row(0, "node 0", 0, 64)}),
      HasSubstr("one node with CPUs, and one memory that it reaches: nothing is far on this "
                "host.\n"));
}

TEST(MatrixTable, says_which_interleave_is_best_and_which_was_predicted) {
  const std::string text = matrix_text(
      {placed_row(0, "node 0", 0, 64), placed_row(0, "node 1", 1, 192),
       sample::dealt_row(0, {{0, 3}, {1, 1}}, 48), sample::dealt_row(0, {{0, 1}, {1, 1}}, 96)});
  EXPECT_THAT(text, HasSubstr("interleave: nodes 0 and 1, from node 0, of movnt/direct/random/t1"));
  EXPECT_THAT(text, HasSubstr("best: 3:1 of nodes 0:1, 1.24 GiB/s ±0."));
  EXPECT_THAT(text, HasSubstr("; it may be at 75 to 75 % of the pages on node 0.\n"));
  EXPECT_THAT(text, HasSubstr("echo 3 > /sys/kernel/mm/mempolicy/weighted_interleave/node0; echo 1 > "
                              "/sys/kernel/mm/mempolicy/weighted_interleave/node1\n"));
  EXPECT_THAT(text, HasSubstr("numactl --weighted-interleave=0,1 COMMAND\n"));
  EXPECT_THAT(text, HasSubstr("predicted by the nodes' bandwidths: 75 % on node 0, 1.24 GiB/s at "
                              "most; 3:1, the nearest that was measured, reaches 100 % of the "
                              "best.\n"));
  EXPECT_THAT(matrix_text({sample::dealt_row(0, {{0, 3}, {1, 1}}, 48)}),
              HasSubstr("nothing is predicted: each node alone was not measured too.\n"));
}

}  // namespace
}  // namespace pmembench
