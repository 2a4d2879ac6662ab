// A file of schema 2, as the version before this one wrote it: read as it is, and migrated.
#include "results/store_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "raw_database.hpp"
#include "record/codec.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

// The columns that schema 2 had and that are generated since.
constexpr const char* kColumnsOf2 =
    "SELECT id, run_id, position, cell, media, backend, path, workload, threads, status, reason, "
    "claim, operations, bytes, ns_per_operation, ns_per_operation_low, ns_per_operation_high, "
    "operations_per_s, bytes_per_s, latency_mode, latency_p50_ns, latency_p99_ns, floor_ns, "
    "replicates, slices, converged, disturbed_share, row FROM cells ORDER BY id";

std::string quoted_sql(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

std::string number_sql(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? fmt::format("{:.17g}", *value) : "NULL";
}

std::optional<double> estimate_in(const std::optional<Estimate>& estimate) {
  return estimate ? std::optional(estimate->estimate) : std::nullopt;
}

std::string latency_sql(const Row& row) {
  if (!row.latency_ns) return "NULL, NULL, NULL";
  return fmt::format("{}, {}, {}", quoted_sql(row.latency_ns->mode),
                     number_sql(percentile_of(row.latency_ns, "p50")),
                     number_sql(percentile_of(row.latency_ns, "p99")));
}

// Version 2's JSON of a row: without what the backend declares, and without who rated a pair.
nlohmann::json row_of_2(const Row& row) {
  nlohmann::json value = to_json(row);
  value.erase("capabilities");
  if (value["numa"].is_object()) value["numa"].erase("rated_by");
  return value;
}

std::string insert_of_2(const Row& row, int position) {
  const auto bound = [&](double Estimate::*part) {
    const bool known = row.ns_per_operation && row.ns_per_operation->has_interval;
    return number_sql(known ? std::optional(*row.ns_per_operation.*part) : std::nullopt);
  };
  return fmt::format(
      "INSERT INTO cells (run_id, position, cell, media, backend, path, workload, threads, status, "
      "reason, claim, operations, bytes, ns_per_operation, ns_per_operation_low, "
      "ns_per_operation_high, operations_per_s, bytes_per_s, latency_mode, latency_p50_ns, "
      "latency_p99_ns, floor_ns, replicates, slices, converged, disturbed_share, row) VALUES "
      "(1, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, "
      "{}, {});",
      position, quoted_sql(row.cell), quoted_sql(row.media), quoted_sql(row.backend),
      quoted_sql(row.path), quoted_sql(row.workload), row.threads, quoted_sql(row.status),
      quoted_sql(row.reason), quoted_sql(row.claim), row.operations, row.bytes,
      number_sql(estimate_in(row.ns_per_operation)), bound(&Estimate::low), bound(&Estimate::high),
      number_sql(estimate_in(row.operations_per_s)), number_sql(estimate_in(row.bytes_per_s)),
      latency_sql(row), number_sql(row.floor_ns), row.replicates, row.slices, row.converged ? 1 : 0,
      number_sql(row.disturbed_share), quoted_sql(json_text(row_of_2(row))));
}

// What version 2 kept of a replicate that loads, in an open loop, with slots.
constexpr const char* kReplicateOf2 = R"sql(
INSERT INTO replicates VALUES (7, 1, 0, '18446744073709551615', 3000, 192000, 100.25, 30.5, 0.125,
  4, 17, 0.0625, 0.5, '[100.25,null,101]', '[0,1,0]',
  '{"kind":"file","size_bytes":1048576,"page_bytes":2097152,"huge_share":0.75,"map_sync":true,
    "persistence_domain":"memory_controller","file_system":"ext4",
    "node_share":{"-1":0.25,"1":0.75},"pages_asked":256,"created":true,"claim":"durable",
    "backend":"granularity=page","a_key_of_another_version":[1,2]}',
  '{"timer":{"step_ns":0.5,"ns_per_tick":0.5,"floor_issue_ns":20,"floor_durable_ns":30,
    "invariant":false},"counters":{"operations":3000,"drains":9007199254740993},
    "figures":{"rounds":4,"lost":null},"cpus":[0,3],"ceiling_bytes_per_s":1e11,
    "core":{"shared_share":0.25,"slowdown":1.5},
    "loaded":{"chunk":16,"asked_bytes_per_s":0,"maximum_bytes_per_s":2e9,"load_threads":3,
      "slice_bytes_per_s":[1e9,1.5e9],"bytes_per_s":1.25e9,"steady":false,
      "within_precision":true,"dropped_slices":2,"bandwidth_half_width":0.01,
      "latency_half_width":0.02,"bandwidth_lag1":0.1,"bandwidth_trend":0.3,"latency_trend":0.4},
    "open_loop":{"arrival":"poisson","asked_per_s":1e6,"closed_loop_per_s":2e6,"ns_per_tick":0.5,
      "service":[[200,3],[300,1]],"achieved_per_s":9e5,"backlog_ns":125},
    "slots":{"slot_ns":1e6,"n":[2,0],"mean_ns":[50,null],"p50_ns":[50,null],"p99_ns":[60,null],
      "p99.9_ns":[60,null],"max_ns":[61,null],"cut":true,
      "period_of_max":{"period_ns":4e6,"p_value":0.002,"harmonics":3,"found":true},
      "period_of_mean":null}}');
INSERT INTO histograms VALUES (7, 7, X'C80107');
)sql";

class StoreSchema : public testing::Test {
 protected:
  void SetUp() override {
    rows_ = {make_row(sample::timed_cell(), timed_replicates(), "", {}),
             make_row(named("null", sample::null_cell()), sample::replicates(), "", {}),
             make_row(named("died", sample::cell()), {}, "it's gone", {})};
    RawDatabase raw(path_);
    raw.execute(std::string(schema_1_sql()) + std::string(migration_to_2_sql()));
    raw.execute(
        "INSERT INTO runs VALUES (1, '2024-05-01T12:00:00Z', NULL, 'done', 'quick', 'plan-1', "
        "'machine-1', '0.1.0', 'pmembench run quick', '7', '{}', '{}');"
        "INSERT INTO plan_cells VALUES (1, 'not measured', 9);"
        "INSERT INTO documents VALUES (1, '2024-05-01T12:00:00Z', 'gate', 1, 'PASS', '{}');");
    int position = 0;
    for (const Row& row : rows_) raw.execute(insert_of_2(row, position++));
    raw.execute(kReplicateOf2);
    raw.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = 2;", kApplicationId));
  }
  static Cell named(const std::string& name, Cell cell) {
    cell.name = name;
    return cell;
  }
  static std::vector<Replicate> timed_replicates() {
    std::vector<Replicate> replicates = sample::replicates();
    for (Replicate& one : replicates) one.histogram = sample::histogram(200, 10000);
    return replicates;
  }
  void expect_all_of_it(Store::Mode mode) const;

  sample::Folder folder_;
  const std::string path_ = folder_.path("results.db");
  std::vector<Row> rows_;
};

void expect_replicate_of_2(const Replicate& found) {
  EXPECT_EQ(found.index, 0U);
  EXPECT_EQ(found.seed, ~std::uint64_t{0});
  EXPECT_TRUE(std::isnan(found.slice_ns_per_operation.at(1)));
  EXPECT_THAT(found.slice_disturbed, testing::ElementsAre(false, true, false));
  ASSERT_TRUE(found.histogram);
  EXPECT_THAT(found.histogram->sparse(), testing::ElementsAre(testing::Pair(200, 7)));
  const MediumFacts& medium = found.medium;
  EXPECT_EQ(medium.kind, "file");
  EXPECT_TRUE(medium.map_sync && medium.created);
  EXPECT_THAT(medium.node_share,
              testing::ElementsAre(testing::Pair(-1, 0.25), testing::Pair(1, 0.75)));
  EXPECT_EQ(medium.backend, "granularity=page");
  const Details& details = found.details;
  EXPECT_FALSE(details.timer.invariant);
  EXPECT_EQ(details.counters.at("drains"), 9007199254740993U) << "no double on the way";
  EXPECT_TRUE(std::isnan(details.figures.at("lost")));
  EXPECT_THAT(details.cpus, testing::ElementsAre(0, 3));
  ASSERT_TRUE(details.core && details.loaded && details.open_loop && details.slots);
  EXPECT_EQ(details.core->slowdown, 1.5);
  EXPECT_EQ(details.loaded->chunk, 16U);
  ASSERT_TRUE(details.loaded->steady);
  EXPECT_FALSE(details.loaded->steady->steady);
  EXPECT_EQ(details.loaded->steady->dropped_slices, 2U);
  EXPECT_EQ(details.open_loop->service.count(), 4U);
  EXPECT_EQ(details.open_loop->achieved_per_s, 9e5);
  EXPECT_TRUE(details.slots->cut);
  EXPECT_EQ(details.slots->max_ns.at(0), 61);
  EXPECT_TRUE(std::isnan(details.slots->max_ns.at(1)));
  ASSERT_TRUE(details.slots->period_of_max);
  EXPECT_TRUE(details.slots->period_of_max->found);
  EXPECT_FALSE(details.slots->period_of_mean);
}

void StoreSchema::expect_all_of_it(Store::Mode mode) const {
  const Result<Store> store = Store::open(path_, mode);
  ASSERT_TRUE(store) << store.error().message;
  const auto rows = store->rows(1);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    EXPECT_EQ(to_json(rows->at(i)), to_json(rows_[i])) << "what a backend declared is known";
  }
  EXPECT_FALSE(rows->at(1).did_work());
  const auto replicates = store->replicates(1, rows_[0].cell);
  ASSERT_TRUE(replicates) << replicates.error().message;
  ASSERT_EQ(replicates->size(), 1U);
  expect_replicate_of_2(replicates->front());
  EXPECT_EQ(store->documents()->size(), 1U);
}

TEST_F(StoreSchema, of_version_2_is_read_as_it_is) {
  expect_all_of_it(Store::Mode::read);
  EXPECT_FALSE(Store::open(path_, Store::Mode::read)->has_checksums());
  EXPECT_EQ(RawDatabase(path_).text("PRAGMA user_version"), "2");
}

TEST_F(StoreSchema, of_version_2_is_migrated_without_loss) {
  const auto before = RawDatabase(path_).rows(kColumnsOf2);
  ASSERT_EQ(before.size(), 3U);
  expect_all_of_it(Store::Mode::write);
  const Result<Store> migrated = Store::open(path_, Store::Mode::read);
  EXPECT_TRUE(migrated->has_checksums());
  EXPECT_TRUE(migrated->rows(1)) << migrated->rows(1).error().message;
  EXPECT_TRUE(migrated->check_content(1));
  RawDatabase raw(path_);
  EXPECT_EQ(raw.text("PRAGMA user_version"), std::to_string(kSchemaVersion));
  EXPECT_EQ(raw.rows(kColumnsOf2), before);
  EXPECT_EQ(raw.text("PRAGMA integrity_check"), "ok");
  EXPECT_TRUE(raw.rows("PRAGMA foreign_key_check").empty());
  for (const char* table : {"plan_cells", "replicates", "histograms", "documents"}) {
    EXPECT_EQ(raw.text(std::string("SELECT count(*) FROM ") + table), "1") << table;
  }
  EXPECT_EQ(raw.text("SELECT count(*) FROM results"), "3");
  EXPECT_EQ(raw.text("SELECT median_ns_per_operation FROM medians"), "100.25");
  raw.execute("PRAGMA foreign_keys = ON; DELETE FROM runs");
  for (const char* table : {"cells", "replicates", "histograms"}) {
    EXPECT_EQ(raw.text(std::string("SELECT count(*) FROM ") + table), "0") << table;
  }
}

TEST_F(StoreSchema, of_version_2_is_migrated_with_the_views_that_a_user_added) {
  RawDatabase(path_).execute("CREATE VIEW mine AS SELECT cell, backend FROM cells");
  const Result<Store> store = Store::open(path_, Store::Mode::write);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(RawDatabase(path_).text("SELECT count(*) FROM mine"), "3");
}

TEST_F(StoreSchema, of_a_migrated_file_is_that_of_a_new_one) {
  ASSERT_TRUE(Store::open(path_, Store::Mode::write));
  const std::string fresh = folder_.path("fresh.db");
  ASSERT_TRUE(Store::open(fresh, Store::Mode::write));
  const char* all = "SELECT type, name, sql FROM sqlite_schema ORDER BY name";
  EXPECT_EQ(RawDatabase(path_).rows(all), RawDatabase(fresh).rows(all));
}

}  // namespace
}  // namespace pmembench
