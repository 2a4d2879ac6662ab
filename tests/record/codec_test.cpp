#include "record/codec.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "full_row.hpp"

namespace pmembench {
namespace {

using nlohmann::json;
using record_sample::full_row;

// As the worker died before it measured.
Row empty_row() {
  Row row;
  row.cell = "a";
  row.status = "skipped";
  row.reason = "too few CPUs";
  return row;
}

TEST(Numbers, are_null_when_they_are_not_finite) {
  EXPECT_EQ(number_or_null(1.5), json(1.5));
  EXPECT_TRUE(number_or_null(std::nan("")).is_null());
  EXPECT_TRUE(number_or_null(-INFINITY).is_null());
  EXPECT_TRUE(number_or_null(INFINITY).is_null());
  EXPECT_EQ(number_from(json(2)), 2);
  EXPECT_TRUE(std::isnan(number_from(json(nullptr))));
}

TEST(Warnings, have_their_cause_and_remedy_in_json) {
  const std::vector<Warning> warnings{{"steal", "in 3 of 10"}, {"of_a_later_version", "what"}};
  const json value = to_json(warnings);
  EXPECT_EQ(value[0]["sentence"], "in 3 of 10");
  EXPECT_EQ(value[0]["cause"], "the hypervisor took CPU time away: the host is overcommitted");
  EXPECT_EQ(value[0]["remedy"], "use a quieter or dedicated host");
  EXPECT_FALSE(value[1].contains("cause"));
  const auto back = warnings_from(value);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[1].type, "of_a_later_version");
  EXPECT_EQ(back[0].sentence, "in 3 of 10");
}

TEST(RowJson, has_exactly_the_fields_of_the_design) {
  const json value = to_json(full_row());
  std::vector<std::string> names;
  for (const auto& [name, field] : value.items()) names.push_back(name);
  EXPECT_THAT(names, testing::UnorderedElementsAre(
                         "cell", "media", "backend", "path", "workload", "parameters", "threads",
                         "placement", "status", "reason", "claim", "operations", "bytes",
                         "operations_per_s", "bytes_per_s", "ns_per_operation", "latency_ns",
                         "service_ns", "floor_ns", "replicates", "slices", "converged",
                         "disturbed_share", "amplification", "figures", "warnings", "seed", "numa",
                         "medium", "capabilities", "kernel", "host", "cluster", "source"));
  EXPECT_FALSE(to_json(empty_row()).contains("service_ns")) << "of an open loop only";
}

TEST(RowJson, holds_the_rows_values) {
  const Row row = full_row();
  const json value = to_json(row);
  EXPECT_EQ(value["placement"], json({{"asked", "near"}, {"verified", "cpus 0,1; node 0: 100 %"}}));
  EXPECT_EQ(value["parameters"]["access"], "write");
  EXPECT_EQ(value["operations_per_s"]["estimate"], row.operations_per_s->estimate);
  EXPECT_EQ(value["operations_per_s"]["low"], row.operations_per_s->low);
  EXPECT_EQ(value["operations_per_s"]["high"], row.operations_per_s->high);
  EXPECT_EQ(value["operations_per_s"]["has_interval"], true);
  EXPECT_EQ(value["latency_ns"], json({{"mode", "durable"},
                                       {"n", 100000},
                                       {"mean", 100.0},
                                       {"min", 50.0},
                                       {"max", 1000.0},
                                       {"p50", 95.0},
                                       {"p99", 200.0},
                                       {"p99.9", 400.0}}));
  EXPECT_EQ(value["seed"], "18364758544493064720") << "text keeps all of 64 bits everywhere";
  EXPECT_EQ(value["warnings"][0]["sentence"], row.warnings[0].sentence);
  EXPECT_EQ(value["numa"]["interleave"], json({{0, 3}, {1, 1}}));
  EXPECT_EQ(value["amplification"]["fences"], 0.5);
  EXPECT_EQ(value["medium"]["node_share"], json({{"-1", 0.25}, {"0", 0.75}}));
  EXPECT_EQ(value["figures"], json({{"huge_mappable_share", 0.75}}));
  EXPECT_EQ(value["capabilities"],
            json({{"does_work", true}, {"needs_flush", true}, {"nontemporal_from_bytes", 64}}));
  EXPECT_TRUE(to_json(empty_row())["numa"].is_null()) << "it was not placed by nodes";
  EXPECT_TRUE(to_json(empty_row())["medium"].is_null()) << "none was opened";
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
  for (const Row& row : {full_row(), empty_row()}) {
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
    EXPECT_EQ(back->capabilities, row.capabilities);
  }
}

TEST(RowJson, writes_null_for_what_is_not_finite_or_not_there) {
  Row row = full_row();
  row.floor_ns = std::nan("");
  row.disturbed_share = std::numeric_limits<double>::infinity();
  row.amplification["bytes"] = -std::numeric_limits<double>::infinity();
  row.operations_per_s->high = std::numeric_limits<double>::infinity();
  row.bytes_per_s.reset();
  row.latency_ns.reset();
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

TEST(EstimateJson, has_no_bounds_without_an_interval) {
  const json value = to_json(Estimate{100, 100, 100, false});
  EXPECT_EQ(value["has_interval"], false);
  EXPECT_TRUE(value["low"].is_null());
  EXPECT_TRUE(value["high"].is_null());
  EXPECT_EQ(value["estimate"], 100.0);
  EXPECT_TRUE(to_json(std::optional<Estimate>()).is_null());
}

TEST(EstimateJson, is_read_as_older_documents_have_it) {
  const auto whole = optional_estimate_from(json{{"estimate", 2}, {"low", 1}, {"high", 3}});
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->has_interval);
  EXPECT_EQ(whole->high, 3);
  const auto bare =
      optional_estimate_from(json{{"estimate", 2}, {"low", nullptr}, {"high", nullptr}});
  ASSERT_TRUE(bare);
  EXPECT_FALSE(bare->has_interval);
  EXPECT_EQ(bare->low, 2) << "low = high = estimate";
  EXPECT_FALSE(optional_estimate_from(nullptr));
  EXPECT_THROW((void)optional_estimate_from(json{{"estimate", 2}}), json::exception);
}

TEST(RowJson, refuses_what_is_not_a_row) {
  for (const char* field : {"cell", "status", "ns_per_operation", "warnings", "medium", "seed"}) {
    json value = to_json(full_row());
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
  json wrong = to_json(full_row());
  wrong["threads"] = "many";
  const Result<Row> refused = row_from_json(wrong);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("threads: type must be a whole number"));
  EXPECT_FALSE(row_from_json(json()));
  EXPECT_FALSE(row_from_json(json::array()));
}

TEST(MediumText, is_an_object_or_an_error) {
  EXPECT_EQ(medium_from_text(R"({"kind":"dram"})")->kind, "dram");
  EXPECT_TRUE(medium_from_text("{}")) << "an older version may have written less";
  for (const char* text : {"", "no json", "[]", "7", R"({"claim":7})",
                           R"({"node_share":{"first":1}})", R"({"node_share":[1]})"}) {
    const auto medium = medium_from_text(text);
    ASSERT_FALSE(medium) << text;
    EXPECT_EQ(medium.error().kind, ErrorKind::runtime);
    EXPECT_THAT(medium.error().message, testing::StartsWith("the medium of a replicate cannot"));
  }
  EXPECT_THAT(medium_from_text(R"({"claim":7})").error().message,
              testing::HasSubstr("claim: type must be string"));
}

TEST(DetailsText, comes_back_with_all_its_parts) {
  Details details;
  details.counters = {{"drains", ~std::uint64_t{0}}};
  details.core = CoreDetails{0.25, 1.5};
  details.loaded.emplace().steady.emplace().dropped_slices = 2;
  details.open_loop.emplace().service.record_many(200, 3);
  details.slots.emplace().max_ns = {61, std::nan("")};
  details.slots->period_of_max = PeriodDetails{4e6, 0.002, 3, true};
  details.harness = "Google Benchmark";
  const std::string text = json_text(to_json(details));
  const auto back = details_from_text(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(json_text(to_json(*back)), text);
  EXPECT_EQ(back->counters, details.counters);
  ASSERT_TRUE(back->loaded && back->loaded->steady);
  EXPECT_EQ(back->loaded->steady->dropped_slices, 2U);
  EXPECT_EQ(back->open_loop->service.count(), 3U);
  EXPECT_TRUE(std::isnan(back->slots->max_ns.at(1)));
  EXPECT_FALSE(back->slots->period_of_mean);
  const json plain = to_json(Details{});
  for (const char* part : {"core", "loaded", "open_loop", "slots", "harness"}) {
    EXPECT_FALSE(plain.contains(part)) << part;
  }
}

TEST(DetailsText, names_the_key_of_a_damaged_histogram) {
  const auto damaged = details_from_text(R"({"open_loop":{"service":[[4000,1]]}})");
  ASSERT_FALSE(damaged);
  EXPECT_THAT(damaged.error().message, testing::HasSubstr("open_loop.service: "));
  const auto wrong = details_from_text(R"({"open_loop":{"service":{"5":1}}})");
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, testing::HasSubstr("open_loop.service: "));
}

TEST(JsonText, replaces_bytes_that_are_not_utf8) {
  EXPECT_EQ(json_text(json{{"host", "caf\xE9"}}), "{\"host\":\"caf\uFFFD\"}");
}

}  // namespace
}  // namespace pmembench
