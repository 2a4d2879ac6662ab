#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pairs.hpp"
#include "record/codec.hpp"
#include "results/make_row.hpp"

namespace pmembench {
namespace {

Row rated_row(const std::string& access, const std::string& latency_mode = "") {
  Cell cell = sample::placed_cell(0, "node 1", 1);
  cell.parameters["access"] = access;
  cell.latency_mode = latency_mode;
  cell.pair->rated = sample::rated_access();
  return make_row(cell, sample::at(100), "", RowContext{});
}

TEST(RowPair, is_none_of_a_cell_that_was_not_placed_by_nodes) { EXPECT_FALSE(sample::row().numa); }

TEST(RowPair, puts_the_latency_of_a_chain_beside_the_rated_one) {
  const Row row = rated_row("read", "dependent");
  ASSERT_TRUE(row.numa && row.numa->ratio);
  EXPECT_EQ(row.numa->measure, "latency_ns");
  EXPECT_EQ(row.numa->rated, 80.0);
  EXPECT_EQ(row.numa->rated_by, "HMAT");
  EXPECT_NEAR(row.numa->ratio->estimate, row.ns_per_operation->estimate / 80, 1e-12);
  EXPECT_NEAR(row.numa->ratio->low, row.ns_per_operation->low / 80, 1e-12);
  EXPECT_TRUE(row.numa->ratio->has_interval);
}

TEST(RowPair, puts_bandwidths_beside_those_of_their_direction) {
  const Row read = rated_row("read");
  ASSERT_TRUE(read.numa && read.numa->ratio);
  EXPECT_EQ(read.numa->measure, "bytes_per_s");
  EXPECT_EQ(read.numa->rated, 600.0 * (1 << 20)) << "sysfs rates in MiB/s";
  EXPECT_NEAR(read.numa->ratio->estimate, read.bytes_per_s->estimate / (600.0 * (1 << 20)), 1e-12);
  EXPECT_EQ(rated_row("write").numa->rated, 300.0 * (1 << 20));
  EXPECT_FALSE(rated_row("mixed").numa->rated) << "a mix is not rated";
}

TEST(RowPair, has_no_ratio_where_nothing_is_rated) {
  const Row row = sample::placed_row(1, "node 0", 0, 100);
  ASSERT_TRUE(row.numa);
  EXPECT_FALSE(row.numa->rated);
  EXPECT_FALSE(row.numa->ratio);
}

TEST(RowPair, comes_back_from_json_as_it_was) {
  for (const Row& row : {rated_row("read"), sample::dealt_row(1, {{0, 3}, {2, 1}}, 50),
                         sample::placed_row(0, "dax1.0", std::nullopt, 70)}) {
    const nlohmann::json value = to_json(row);
    const auto back = row_from_json(value);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(to_json(*back), value);
    EXPECT_EQ(back->numa->interleave, row.numa->interleave);
  }
  EXPECT_TRUE(
      to_json(sample::placed_row(0, "dax1.0", std::nullopt, 70))["numa"]["target_node"].is_null())
      << "a node that is not known is null, never 0";
  nlohmann::json older_rating = to_json(rated_row("read"));
  older_rating["numa"].erase("rated_by");
  const auto rated_back = row_from_json(older_rating);
  ASSERT_TRUE(rated_back) << rated_back.error().message;
  EXPECT_EQ(rated_back->numa->rated_by, "HMAT") << "older ones knew no other";
  nlohmann::json older = to_json(rated_row("read"));
  older.erase("numa");
  const auto back = row_from_json(older);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_FALSE(back->numa);
}

}  // namespace
}  // namespace pmembench
