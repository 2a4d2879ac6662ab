#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <nlohmann/json.hpp>

#include "pairs.hpp"
#include "results/node_matrix.hpp"

namespace pmembench {
namespace {

nlohmann::json numa_of(const std::vector<Row>& rows) {
  return numa_json(node_matrices(rows), interleave_sweeps(rows));
}

TEST(NumaJson, is_null_without_a_pair) { EXPECT_TRUE(numa_of({sample::row()}).is_null()); }

TEST(NumaJson, holds_matrices_and_sweeps) {
  const auto json =
      numa_of({sample::placed_row(0, "node 0", 0, 64), sample::placed_row(0, "node 1", 1, 128),
               sample::dealt_row(0, {{0, 2}, {1, 1}}, 43)});
  EXPECT_EQ(json.at("schema"), "pmembench-numa");
  const auto& matrix = json.at("matrices").at(0);
  EXPECT_EQ(matrix.at("measure"), "bytes_per_s");
  EXPECT_EQ(matrix.at("targets"), (nlohmann::json{"node 0", "node 1"}));
  EXPECT_EQ(matrix.at("fields").size(), 2U);
  EXPECT_EQ(matrix.at("fields").at(1).at("target"), "node 1");
  EXPECT_TRUE(matrix.at("fields").at(0).at("rated").is_null());
  EXPECT_NEAR(matrix.at("fields").at(0).at("measured").at("estimate").get<double>(), 1e9, 1e7);
  const auto& sweep = json.at("interleave").at(0);
  EXPECT_EQ(sweep.at("nodes"), (nlohmann::json{0, 1}));
  EXPECT_EQ(sweep.at("best").at("point"), 1U);
  EXPECT_NEAR(sweep.at("predicted").at("first_share").get<double>(), 2.0 / 3, 1e-6);
}

TEST(NumaJson, keeps_a_lone_interleave_without_a_prediction) {
  const auto json = numa_of({sample::dealt_row(0, {{0, 2}, {1, 1}}, 43)});
  EXPECT_TRUE(json.at("matrices").empty());
  EXPECT_TRUE(json.at("interleave").at(0).at("predicted").at("first_share").is_null());
}

}  // namespace
}  // namespace pmembench
