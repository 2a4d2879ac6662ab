#include "results/node_matrix.hpp"

#include <gmock/gmock.h>

#include "pairs.hpp"

namespace pmembench {
namespace {

using sample::dealt_row;
using sample::placed_row;
using testing::ElementsAre;

TEST(NodeMatrices, have_a_field_for_each_pair) {
  const auto matrices =
      node_matrices({placed_row(1, "node 0", 0, 150), placed_row(0, "dax0.0", 2, 300),
                     placed_row(0, "node 10", 10, 200), placed_row(0, "node 2", 2, 120),
                     placed_row(1, "node 2", 2, 130)});
  ASSERT_EQ(matrices.size(), 1U);
  EXPECT_THAT(matrices[0].initiators, ElementsAre(0, 1));
  EXPECT_THAT(matrices[0].targets, ElementsAre("node 0", "node 2", "node 10", "dax0.0"));
  EXPECT_EQ(matrices[0].measure, "bytes_per_s");
  EXPECT_EQ(matrices[0].group, "movnt/direct/random/t1");
  EXPECT_EQ(matrices[0].fields.size(), 5U) << "what was not measured has none";
  EXPECT_EQ(matrices[0].field(1, "node 0")->cell, "1 to node 0");
}

TEST(NodeMatrices, keep_kinds_of_work_and_measures_apart) {
  Row chain = placed_row(0, "node 0", 0, 90);
  chain.numa->measure = "latency_ns";
  Row other = placed_row(0, "node 0", 0, 90);
  other.numa->group = "clwb/direct/random/t1";
  const auto matrices = node_matrices({chain, placed_row(0, "node 0", 0, 90), other});
  ASSERT_EQ(matrices.size(), 3U);
  EXPECT_NEAR(matrices[0].field(0, "node 0")->measured.estimate, 90, 1) << "nanoseconds";
  EXPECT_NEAR(matrices[1].field(0, "node 0")->measured.estimate, 64e9 / 90, 64e9 / 9000);
}

TEST(NodeMatrices, give_a_second_row_of_a_field_a_matrix_of_its_own) {
  const auto matrices =
      node_matrices({placed_row(0, "node 0", 0, 90), placed_row(0, "node 0", 0, 95)});
  EXPECT_EQ(matrices.size(), 2U);
}

TEST(NodeMatrices, leave_out_what_is_no_field) {
  Row skipped = placed_row(0, "node 0", 0, 90);
  skipped.status = "skipped";
  Row null = placed_row(0, "node 0", 0, 90);
  null.backend = "null";
  null.capabilities.does_work = false;
  EXPECT_TRUE(
      node_matrices({sample::row(), skipped, null, dealt_row(0, {{0, 1}, {1, 1}}, 90)}).empty());
}

}  // namespace
}  // namespace pmembench
