#include "results/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "raw_database.hpp"
#include "record/codec.hpp"
#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

class StoreTest : public testing::Test {
 protected:
  Store open(Store::Mode mode = Store::Mode::write) {
    Result<Store> store = Store::open(path_, mode);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  sample::Folder folder_;
  const std::string path_ = folder_.path("results.db");
};

std::vector<std::string> names_of(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back(row.cell);
  return names;
}

TEST_F(StoreTest, makes_a_file_that_says_what_it_is) {
  open();
  const RawDatabase raw(path_);
  EXPECT_EQ(raw.text("PRAGMA journal_mode"), "wal");
  EXPECT_EQ(raw.text("PRAGMA application_id"), std::to_string(0x706D6231));
  EXPECT_EQ(raw.text("PRAGMA user_version"), "4");
  EXPECT_EQ(raw.text("PRAGMA integrity_check"), "ok");
}

TEST_F(StoreTest, keeps_what_is_there_when_opened_again) {
  ASSERT_TRUE(open().begin_run(sample::run_record()));
  ASSERT_TRUE(open().begin_run(sample::run_record()));
  const auto runs = open(Store::Mode::read).runs();
  ASSERT_TRUE(runs);
  EXPECT_EQ(runs->size(), 2U);
}

TEST_F(StoreTest, gives_a_run_back_as_it_was) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  ASSERT_TRUE(id) << id.error().message;
  const auto run = store.run(*id);
  ASSERT_TRUE(run) << run.error().message;
  const RunRecord expected = sample::run_record();
  EXPECT_EQ(run->id, *id);
  EXPECT_EQ(run->started_utc, expected.started_utc);
  EXPECT_EQ(run->finished_utc, "");
  EXPECT_EQ(run->status, "running");
  EXPECT_EQ(run->campaign, expected.campaign);
  EXPECT_EQ(run->plan_fingerprint, expected.plan_fingerprint);
  EXPECT_EQ(run->machine_fingerprint, expected.machine_fingerprint);
  EXPECT_EQ(run->version, expected.version);
  EXPECT_EQ(run->command_line, expected.command_line);
  EXPECT_EQ(run->seed, expected.seed);
  EXPECT_EQ(run->environment.json(), expected.environment.json());
  EXPECT_EQ(run->plan.json(), expected.plan.json());
}

TEST_F(StoreTest, lists_runs_oldest_first_without_plan_and_environment) {
  Store store = open();
  for (const char* campaign : {"first", "second", "third"}) {
    RunRecord run = sample::run_record();
    run.campaign = campaign;
    ASSERT_TRUE(store.begin_run(run));
  }
  const auto runs = store.runs();
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 3U);
  EXPECT_EQ(runs->at(0).campaign, "first");
  EXPECT_EQ(runs->at(2).campaign, "third");
  EXPECT_EQ(runs->at(2).seed, sample::run_record().seed);
  EXPECT_TRUE(runs->at(0).plan.json().is_null());
  EXPECT_TRUE(runs->at(0).environment.json().is_null());
  EXPECT_EQ(store.run(std::nullopt)->campaign, "third");
}

TEST_F(StoreTest, fills_in_when_a_run_began_and_its_status) {
  Store store = open();
  RunRecord run = sample::run_record();
  run.started_utc = run.status = "";
  const auto id = store.begin_run(run);
  ASSERT_TRUE(id);
  EXPECT_THAT(store.run(*id)->started_utc, testing::MatchesRegex("....-..-..T..:..:..Z"));
  EXPECT_EQ(store.run(*id)->status, "running");
}

TEST_F(StoreTest, finishes_and_resumes_runs) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  ASSERT_TRUE(id);
  ASSERT_TRUE(store.finish_run(*id, "interrupted"));
  EXPECT_EQ(store.run(*id)->status, "interrupted");
  EXPECT_THAT(store.run(*id)->finished_utc, testing::MatchesRegex("....-..-..T..:..:..Z"));
  ASSERT_TRUE(store.reopen_run(*id));
  EXPECT_EQ(store.run(*id)->status, "running");
  EXPECT_EQ(store.run(*id)->finished_utc, "");
}

TEST_F(StoreTest, finds_the_newest_unfinished_run_of_a_plan_on_a_machine) {
  Store store = open();
  const RunRecord run = sample::run_record();
  const auto first = store.begin_run(run);
  const auto second = store.begin_run(run);
  const auto third = store.begin_run(run);
  ASSERT_TRUE(first && second && third);
  RunRecord other = run;
  other.plan_fingerprint = "plan-2";
  ASSERT_TRUE(store.begin_run(other));
  ASSERT_TRUE(store.finish_run(*third, "done"));
  ASSERT_TRUE(store.finish_run(*second, "failed"));
  const auto found = store.unfinished("plan-1", "machine-1");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, *second);
  EXPECT_EQ((*found)->plan.json(), run.plan.json());
  EXPECT_FALSE(*store.unfinished("plan-1", "machine-2"));
  EXPECT_FALSE(*store.unfinished("plan-3", "machine-1"));
}

TEST_F(StoreTest, gives_rows_back_in_the_order_of_the_plan) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  ASSERT_TRUE(id);
  for (const char* cell : {"z", "c", "a", "y", "b"}) {
    const Status saved = store.save(*id, sample::row(cell), nullptr);
    ASSERT_TRUE(saved) << saved.error().message;
  }
  const auto rows = store.rows(*id);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_THAT(names_of(*rows), testing::ElementsAre("b", "a", "c", "z", "y"));
  EXPECT_EQ(to_json(rows->front()), to_json(sample::row("b")));
}

TEST_F(StoreTest, replaces_the_row_of_a_cell_and_keeps_its_replicates) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  const Replicate first = sample::replicate(0, 100);
  const Replicate second = sample::replicate(1, 101);
  ASSERT_TRUE(store.save(*id, make_row(sample::cell(), {first}, "", {}), &first));
  const Row last = make_row(sample::cell(), {first, second}, "", {});
  ASSERT_TRUE(store.save(*id, last, &second));
  const auto rows = store.rows(*id);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(to_json(rows->front()), to_json(last));
  EXPECT_EQ(store.replicates(*id, last.cell)->size(), 2U);
  const RawDatabase raw(path_);
  EXPECT_EQ(raw.text("SELECT replicates FROM cells"), "2");
}

void expect_same(const Replicate& found, const Replicate& expected) {
  EXPECT_EQ(found.cell, expected.cell);
  EXPECT_EQ(found.index, expected.index);
  EXPECT_EQ(found.seed, expected.seed);
  EXPECT_EQ(found.slice_ns_per_operation, expected.slice_ns_per_operation);
  EXPECT_EQ(found.slice_disturbed, expected.slice_disturbed);
  EXPECT_EQ(found.disturbed, expected.disturbed);
  EXPECT_EQ(found.operations, expected.operations);
  EXPECT_EQ(found.bytes, expected.bytes);
  EXPECT_EQ(found.median_ns_per_operation, expected.median_ns_per_operation);
  EXPECT_EQ(found.floor_ns, expected.floor_ns);
  EXPECT_EQ(found.lag1, expected.lag1);
  EXPECT_EQ(found.involuntary_switches, expected.involuntary_switches);
  EXPECT_EQ(found.steal_share, expected.steal_share);
  EXPECT_EQ(found.ns_per_tick, expected.ns_per_tick);
  EXPECT_EQ(to_json(found.medium), to_json(expected.medium));
  EXPECT_EQ(to_json(found.details), to_json(expected.details));
  ASSERT_EQ(found.histogram.has_value(), expected.histogram.has_value());
  if (expected.histogram) {
    EXPECT_EQ(found.histogram->sparse(), expected.histogram->sparse());
  }
}

TEST_F(StoreTest, gives_replicates_back_bit_by_bit) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  Replicate timed = sample::replicate(0, 1.0 / 3);
  timed.histogram = sample::histogram(200, 7);
  timed.histogram->record_many(~std::uint64_t{0}, std::uint64_t{1} << 50);
  timed.slice_disturbed = {true, false, true};
  timed.disturbed = 5;
  timed.involuntary_switches = 17;
  timed.steal_share = 0.1;
  timed.floor_ns = 30.1;
  const Replicate plain = sample::replicate(3, 200);
  const Row row = sample::row();
  ASSERT_TRUE(store.save(*id, row, &plain));
  ASSERT_TRUE(store.save(*id, row, &timed));
  const auto found = store.replicates(*id, row.cell);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2U);
  expect_same(found->at(0), timed);
  expect_same(found->at(1), plain);
}

TEST_F(StoreTest, replaces_a_replicate_of_the_same_index_with_its_histogram) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  Replicate replicate = sample::replicate(0, 100);
  replicate.histogram = sample::histogram(200, 7);
  ASSERT_TRUE(store.save(*id, sample::row(), &replicate));
  replicate.histogram.reset();
  replicate.median_ns_per_operation = 50;
  const Status saved = store.save(*id, sample::row(), &replicate);
  ASSERT_TRUE(saved) << saved.error().message;
  const auto found = store.replicates(*id, sample::row().cell);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  expect_same(found->front(), replicate);
  EXPECT_EQ(RawDatabase(path_).text("SELECT count(*) FROM histograms"), "0");
}

TEST_F(StoreTest, keeps_what_is_no_number_as_null) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  Replicate replicate = sample::replicate(0, 100);
  replicate.lag1 = std::nan("");
  replicate.slice_ns_per_operation[1] = std::nan("");
  Row row = sample::row();
  row.floor_ns = std::nan("");
  ASSERT_TRUE(store.save(*id, row, &replicate));
  const auto found = store.replicates(*id, row.cell);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(std::isnan(found->front().lag1));
  EXPECT_TRUE(std::isnan(found->front().slice_ns_per_operation[1]));
  EXPECT_EQ(found->front().slice_ns_per_operation[0], 100);
  EXPECT_EQ(RawDatabase(path_).text("SELECT count(*) FROM cells WHERE floor_ns IS NULL"), "1");
}

TEST_F(StoreTest, stores_the_searchable_columns_of_a_row) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& one : replicates) one.histogram = sample::histogram(200, 1000);
  const Row row = make_row(sample::timed_cell(), replicates, "", {});
  ASSERT_TRUE(store.save(*id, row, nullptr));
  const RawDatabase raw(path_);
  const auto column = [&](const std::string& name) {
    return raw.text("SELECT " + name + " FROM cells");
  };
  const auto real = [&](const std::string& name) { return std::stod(column(name)); };
  EXPECT_EQ(column("media"), "dram:1M");
  EXPECT_EQ(column("backend"), "movnt");
  EXPECT_EQ(column("path"), "direct");
  EXPECT_EQ(column("workload"), "random");
  EXPECT_EQ(column("threads"), "2");
  EXPECT_EQ(column("status"), "ok");
  EXPECT_EQ(column("claim"), "volatile");
  EXPECT_EQ(column("operations"), "30000");
  EXPECT_EQ(column("bytes"), "1920000");
  EXPECT_NEAR(real("ns_per_operation"), row.ns_per_operation->estimate, 1e-9);
  EXPECT_NEAR(real("ns_per_operation_low"), row.ns_per_operation->low, 1e-9);
  EXPECT_NEAR(real("ns_per_operation_high"), row.ns_per_operation->high, 1e-9);
  EXPECT_NEAR(real("operations_per_s") / row.operations_per_s->estimate, 1, 1e-9);
  EXPECT_NEAR(real("bytes_per_s") / row.bytes_per_s->estimate, 1, 1e-9);
  EXPECT_EQ(column("latency_mode"), "durable");
  EXPECT_EQ(real("latency_p50_ns"), 100);
  EXPECT_EQ(real("latency_p99_ns"), 100);
  EXPECT_EQ(real("floor_ns"), 0);
  EXPECT_EQ(column("replicates"), "10");
  EXPECT_EQ(column("slices"), "30");
  EXPECT_EQ(column("converged"), "1");
  EXPECT_EQ(real("disturbed_share"), 0);
}

TEST_F(StoreTest, stores_nothing_of_a_save_that_fails_half_way) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  const Replicate replicate = sample::replicate(0, 100);
  ASSERT_TRUE(store.save(*id, sample::row("a"), &replicate));
  RawDatabase(path_).execute(
      "CREATE TRIGGER no BEFORE INSERT ON replicates BEGIN SELECT raise(ABORT, 'no'); END");
  const Status failed = store.save(*id, sample::row("b"), &replicate);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::runtime);
  EXPECT_EQ(failed.error().message, path_ +
                                        ": SQLite failed to store a replicate (no); check the file "
                                        "with `pmembench show --db " +
                                        path_ + "`");
  EXPECT_THAT(names_of(*store.rows(*id)), testing::ElementsAre("a"));
  RawDatabase(path_).execute("DROP TRIGGER no");
  EXPECT_TRUE(store.save(*id, sample::row("b"), &replicate));
}

TEST_F(StoreTest, removes_all_of_a_run_that_a_user_deletes) {
  Store store = open();
  const auto id = store.begin_run(sample::run_record());
  Replicate replicate = sample::replicate(0, 100);
  replicate.histogram = sample::histogram(200, 7);
  ASSERT_TRUE(store.save(*id, sample::row(), &replicate));
  RawDatabase raw(path_);
  raw.execute("PRAGMA foreign_keys = ON; DELETE FROM runs");
  for (const char* table : {"plan_cells", "cells", "replicates", "histograms", "checksums"}) {
    EXPECT_EQ(raw.text(std::string("SELECT count(*) FROM ") + table), "0") << table;
  }
}

TEST_F(StoreTest, bears_names_that_are_no_utf8) {
  Store store = open();
  RunRecord run = sample::run_record();
  run.environment.json()["host_name"] = "caf\xE9";
  const auto id = store.begin_run(run);
  ASSERT_TRUE(id) << id.error().message;
  EXPECT_EQ(store.run(*id)->environment.json()["host_name"], "caf\uFFFD");
}

TEST_F(StoreTest, is_read_while_another_writes) {
  Store writer = open();
  const auto id = writer.begin_run(sample::run_record());
  ASSERT_TRUE(writer.save(*id, sample::row("a"), nullptr));
  const Store reader = open(Store::Mode::read);
  EXPECT_THAT(names_of(*reader.rows(*id)), testing::ElementsAre("a"));
  ASSERT_TRUE(writer.save(*id, sample::row("b"), nullptr));
  EXPECT_THAT(names_of(*reader.rows(*id)), testing::ElementsAre("b", "a"));
}

}  // namespace
}  // namespace pmembench
