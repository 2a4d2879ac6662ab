#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sample.hpp"
#include "results/make_row.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

Row full_row() {
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& replicate : replicates) {
    replicate.histogram = sample::histogram(200, 10000);
    replicate.steal_share = 0.5;
    replicate.disturbed = 1;
  }
  Row row = make_row(sample::timed_cell(), replicates, "", RowContext{});
  row.figures["huge_mappable_share"] = 0.75;
  return row;
}

TEST(RowJson, has_exactly_the_fields_of_the_design) {
  const json value = to_json(full_row());
  std::vector<std::string> names;
  for (const auto& [name, field] : value.items()) names.push_back(name);
  EXPECT_THAT(names, testing::UnorderedElementsAre(
                         "cell", "media", "backend", "path", "workload", "parameters", "threads",
                         "placement", "status", "reason", "claim", "operations", "bytes",
                         "operations_per_s", "bytes_per_s", "ns_per_operation", "latency_ns",
                         "floor_ns", "replicates", "slices", "converged", "disturbed_share",
                         "amplification", "figures", "warnings", "seed", "numa", "medium"));
}

TEST(RowJson, holds_the_rows_values) {
  const Row row = full_row();
  const json value = to_json(row);
  EXPECT_EQ(value["placement"], json({{"asked", "near"}, {"verified", "cpus 0,1; node 0: 100 %"}}));
  EXPECT_EQ(value["parameters"]["access"], "read");
  EXPECT_EQ(value["operations_per_s"]["estimate"], row.operations_per_s->estimate);
  EXPECT_EQ(value["operations_per_s"]["low"], row.operations_per_s->low);
  EXPECT_EQ(value["operations_per_s"]["high"], row.operations_per_s->high);
  EXPECT_EQ(value["operations_per_s"]["has_interval"], true);
  EXPECT_EQ(value["latency_ns"], json({{"mode", "durable"},
                                       {"n", 100000},
                                       {"mean", 100.0},
                                       {"min", 100.0},
                                       {"max", 100.0},
                                       {"p50", 100.0},
                                       {"p90", 100.0},
                                       {"p99", 100.0},
                                       {"p99.9", 100.0},
                                       {"p99.99", 100.0}}));
  EXPECT_EQ(value["seed"], 0xFEDCBA9876543210ULL);
  EXPECT_EQ(value["warnings"][0]["type"], "disturbed");
  EXPECT_EQ(value["warnings"][0]["sentence"], row.warnings[0].sentence);
  EXPECT_NE(value["warnings"][0]["cause"], "");
  EXPECT_NE(value["warnings"][0]["remedy"], "");
  EXPECT_TRUE(value["numa"].is_null()) << "it was not placed by nodes";
  EXPECT_EQ(value["amplification"]["fences"], 0.5);
  EXPECT_EQ(value["medium"]["kind"], "dram");
  EXPECT_EQ(value["figures"], json({{"huge_mappable_share", 0.75}}));
}

TEST(RowJson, is_read_from_stores_that_know_no_figures) {
  json value = to_json(full_row());
  EXPECT_EQ(row_from_json(value)->figures, full_row().figures);
  value.erase("figures");
  const auto row = row_from_json(value);
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_TRUE(row->figures.empty());
}

TEST(RowJson, comes_back_as_it_was) {
  Cell skipped = sample::cell();
  skipped.skip_reason = "too few CPUs";
  const std::vector<Replicate> few(3, sample::replicate(0, 100));
  for (const Row& row :
       {full_row(), sample::row(), make_row(skipped, {}, "", {}),
        make_row(sample::cell(), few, "", {}), make_row(sample::cell(), few, "died", {})}) {
    const json text = json::parse(to_json(row).dump());
    const Result<Row> back = row_from_json(text);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(to_json(*back), to_json(row));
    EXPECT_EQ(back->status, row.status);
    EXPECT_EQ(back->seed, row.seed);
    ASSERT_EQ(back->ns_per_operation.has_value(), row.ns_per_operation.has_value());
    if (row.ns_per_operation) {
      EXPECT_EQ(back->ns_per_operation->low, row.ns_per_operation->low);
    }
    ASSERT_EQ(back->latency_ns.has_value(), row.latency_ns.has_value());
    if (row.latency_ns) {
      EXPECT_EQ(back->latency_ns->percentiles, row.latency_ns->percentiles);
    }
  }
}

TEST(RowJson, writes_null_for_what_is_no_number_or_not_there) {
  Row row = sample::row();
  row.floor_ns = std::nan("");
  row.disturbed_share = std::numeric_limits<double>::infinity();
  row.amplification["bytes"] = -std::numeric_limits<double>::infinity();
  row.operations_per_s->high = std::numeric_limits<double>::infinity();
  row.bytes_per_s.reset();
  const json value = to_json(row);
  EXPECT_TRUE(value["floor_ns"].is_null());
  EXPECT_TRUE(value["disturbed_share"].is_null());
  EXPECT_TRUE(value["amplification"]["bytes"].is_null());
  EXPECT_TRUE(value["operations_per_s"]["high"].is_null());
  EXPECT_TRUE(value["bytes_per_s"].is_null());
  EXPECT_TRUE(value["latency_ns"].is_null());
  const Result<Row> back = row_from_json(value);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_TRUE(std::isnan(back->floor_ns));
  EXPECT_TRUE(std::isnan(back->operations_per_s->high));
  EXPECT_FALSE(back->bytes_per_s);
}

TEST(RowJson, writes_no_bounds_where_there_is_no_interval) {
  const Row row = make_row(sample::cell(), {sample::replicate(0, 100)}, "", {});
  const json value = to_json(row)["ns_per_operation"];
  EXPECT_EQ(value["has_interval"], false);
  EXPECT_TRUE(value["low"].is_null());
  EXPECT_TRUE(value["high"].is_null());
  EXPECT_NEAR(value["estimate"].get<double>(), 100, 1e-9);
}

TEST(RowJson, refuses_what_is_no_row) {
  for (const char* field : {"cell", "status", "ns_per_operation", "warnings", "medium", "seed"}) {
    json value = to_json(sample::row());
    value.erase(field);
    const Result<Row> refused = row_from_json(value);
    ASSERT_FALSE(refused) << field;
    EXPECT_EQ(refused.error().kind, ErrorKind::runtime);
    EXPECT_THAT(refused.error().message, testing::StartsWith("this is not a row of results ("));
    EXPECT_THAT(refused.error().message, testing::HasSubstr(field));
    EXPECT_THAT(
        refused.error().message,
        testing::EndsWith("): it is damaged or of another version of pmembench; read it with "
                          "the version that wrote it"));
  }
  json wrong = to_json(sample::row());
  wrong["threads"] = "many";
  EXPECT_FALSE(row_from_json(wrong));
  EXPECT_FALSE(row_from_json(json()));
  EXPECT_FALSE(row_from_json(json::array()));
}

}  // namespace
}  // namespace pmembench
