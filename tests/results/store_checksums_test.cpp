// What was stored is read back as it was, or refused: whichever bit of the file turned.
#include "results/store_checksums.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "base/unique_fd.hpp"
#include "raw_database.hpp"
#include "record/codec.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

class StoreChecksums : public testing::Test {
 protected:
  // Two finished runs of one plan with rows, replicates and histograms, documents and a history.
  void SetUp() override {
    Store store = *Store::open(path_, Store::Mode::write);
    for (int run = 0; run < 2; ++run) {
      const std::int64_t id = *store.begin_run(sample::run_record());
      for (const char* cell : {"a", "b", "c", "d"}) add_cell(store, id, cell);
      ASSERT_TRUE(store.save_document({0, "", "derived", id, "", nlohmann::json{{"of", id}}}));
      ASSERT_TRUE(store.finish_run(id, "done"));
    }
    const DocumentRecord gate{0, "", "gate", {}, "PASS", nlohmann::json{{"cells", {1, 2, 3}}}};
    std::vector<HistoryPoint> points(3);
    for (HistoryPoint& point : points) {
      point.cell = "a";
      point.metric = "ns_per_operation";
      point.ratio = 1.25;
    }
    ASSERT_TRUE(store.add_history(points, &gate));
  }

  static void add_cell(Store& store, std::int64_t run, const std::string& cell) {
    for (unsigned index = 0; index < 3; ++index) {
      Replicate replicate = sample::replicate(index, 100 + index);
      replicate.cell = cell;
      replicate.histogram = sample::histogram(200, 7);
      ASSERT_TRUE(store.save(run, sample::row(cell), &replicate));
    }
  }

  // Everything that a reader of the file gets, as one text; or the refusal.
  [[nodiscard]] Result<std::string> everything() const;
  // The file with one bit turned and back.
  void with_flip(std::uint64_t bit, const auto& body) const {
    const UniqueFd file(open(path_.c_str(), O_RDWR | O_CLOEXEC));
    std::uint8_t byte = 0;
    const auto at = static_cast<off_t>(bit / 8);
    ASSERT_EQ(pread(file.get(), &byte, 1, at), 1);
    const auto turned = static_cast<std::uint8_t>(byte ^ (1U << (bit % 8)));
    ASSERT_EQ(pwrite(file.get(), &turned, 1, at), 1);
    body();
    ASSERT_EQ(pwrite(file.get(), &byte, 1, at), 1);
  }
  void expect_no_silent_flip(std::uint64_t bytes, int flips) const;
  // No error of `sql`, and then the refusal of all reading.
  void expect_refused(const std::string& sql, const std::string& what);

  sample::Folder folder_;
  const std::string path_ = folder_.path("results.db");
};

nlohmann::json point_json(const HistoryPoint& point) {
  return {point.id,
          point.recorded_utc,
          point.cell,
          point.metric,
          point.machine_fingerprint,
          point.label,
          point.reference,
          point.low,
          point.high,
          point.ratio,
          point.reason,
          point.accepted,
          point.replicates,
          point.document_id.value_or(-1)};
}

nlohmann::json run_json(const RunRecord& run) {
  return {run.id,           run.started_utc, run.finished_utc,        run.status,
          run.campaign,     run.version,     run.machine_fingerprint, run.plan_fingerprint,
          run.command_line, run.seed,        run.environment.json(),  run.plan.json()};
}

nlohmann::json replicate_json(const Replicate& one) {
  nlohmann::json found{one.cell,
                       one.index,
                       one.seed,
                       one.operations,
                       one.bytes,
                       one.median_ns_per_operation,
                       one.floor_ns,
                       one.lag1,
                       one.disturbed,
                       one.involuntary_switches,
                       one.steal_share,
                       one.ns_per_tick,
                       one.slice_ns_per_operation,
                       to_json(one.medium),
                       to_json(one.details)};
  for (const bool flag : one.slice_disturbed) found.push_back(flag);
  if (one.histogram) found.push_back(one.histogram->sparse());
  return found;
}

Status add_run(const Store& store, const RunRecord& listed, nlohmann::json& all) {
  const auto run = store.run(listed.id);
  if (!run) return run.error();
  all.push_back(run_json(*run));
  const auto rows = store.rows(listed.id);
  if (!rows) return rows.error();
  for (const Row& row : *rows) {
    all.push_back(to_json(row));
    const auto replicates = store.replicates(listed.id, row.cell);
    if (!replicates) return replicates.error();
    for (const Replicate& one : *replicates) all.push_back(replicate_json(one));
  }
  const auto figures = store.figures(listed.id);
  if (!figures) return figures.error();
  for (const auto& [cell, each] : *figures) {
    for (const ReplicateFigures& one : each) {
      all.push_back({cell, one.index, one.median_ns_per_operation, one.involuntary_switches,
                     number_or_null(one.steal_share)});
    }
  }
  const auto siblings = store.sibling_estimates(listed.id, {});
  if (!siblings) return siblings.error();
  all.push_back(*siblings);
  return {};
}

Result<std::string> StoreChecksums::everything() const {
  const auto store = Store::open(path_, Store::Mode::read);
  if (!store) return store.error();
  nlohmann::json all;
  const auto runs = store->runs();
  if (!runs) return runs.error();
  for (const RunRecord& run : *runs) {
    all.push_back(run_json(run));
    if (const Status added = add_run(*store, run, all); !added) return added.error();
  }
  for (const char* kind : {"", "gate", "derived"}) {
    const auto documents = store->documents(kind);
    if (!documents) return documents.error();
    for (const DocumentRecord& one : *documents) {
      all.push_back({one.id, one.created_utc, one.kind, one.run_id.value_or(-1), one.verdict,
                     one.document.json()});
    }
  }
  const auto points = store->history({"a", "", "", ""});
  if (!points) return points.error();
  for (const HistoryPoint& point : *points) all.push_back(point_json(point));
  const auto unfinished = store->unfinished("plan-1", "machine-1");
  if (!unfinished) return unfinished.error();
  all.push_back(unfinished->has_value());
  return json_text(all);
}

void StoreChecksums::expect_no_silent_flip(std::uint64_t bytes, int flips) const {
  const auto before = everything();
  ASSERT_TRUE(before) << before.error().message;
  Random random(20260701);
  int refused = 0;
  for (int i = 0; i < flips; ++i) {
    const std::uint64_t bit = random() % (bytes * 8);
    with_flip(bit, [&] {
      const auto after = everything();
      refused += after ? 0 : 1;
      if (after) {
        EXPECT_EQ(*after, *before) << "bit " << bit % 8 << " of byte " << bit / 8;
      }
    });
  }
  EXPECT_GT(refused, flips / 4) << "most of the file is values";
  EXPECT_EQ(*everything(), *before);
}

TEST_F(StoreChecksums, know_each_of_1000_bits_that_turned) {
  expect_no_silent_flip(std::filesystem::file_size(path_), 1000);
}

// SQLite's own check of the whole file is left out there.
TEST_F(StoreChecksums, know_each_of_1000_bits_that_turned_in_a_large_file) {
  const std::uint64_t bytes = std::filesystem::file_size(path_);
  RawDatabase(path_).execute(
      "CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES (zeroblob(67108864)); PRAGMA "
      "wal_checkpoint(TRUNCATE)");
  expect_no_silent_flip(bytes, 1000);
}

// Without checksums SQLite's own check is all there is.
TEST_F(StoreChecksums, leave_out_the_check_of_a_large_file_only_where_they_replace_it) {
  RawDatabase raw(path_);
  raw.execute(
      "DELETE FROM checksums; CREATE TABLE filler (bytes BLOB); INSERT INTO filler VALUES "
      "(zeroblob(67108864)); PRAGMA wal_checkpoint(TRUNCATE)");
  const std::uint64_t page = std::stoull(
      raw.text("SELECT rootpage FROM sqlite_schema WHERE tbl_name = 'cells' AND type = 'index'"));
  const std::uint64_t page_bytes = std::stoull(raw.text("PRAGMA page_size"));
  ASSERT_TRUE(Store::open(path_, Store::Mode::read));
  with_flip((page - 1) * page_bytes * 8, [&] {
    const auto opened = Store::open(path_, Store::Mode::read);
    ASSERT_FALSE(opened) << "the type of a page of an index";
    EXPECT_THAT(opened.error().message, testing::HasSubstr("is damaged"));
  });
}

void StoreChecksums::expect_refused(const std::string& sql, const std::string& what) {
  RawDatabase(path_).execute("BEGIN; " + sql + "; COMMIT");
  const auto found = everything();
  ASSERT_FALSE(found) << sql;
  EXPECT_EQ(found.error().kind, ErrorKind::runtime);
  EXPECT_EQ(found.error().message,
            path_ + " is damaged: " + what +
                " is not as it was stored (its checksum differs): restore a copy; if you changed "
                "it on purpose, accept what the file holds now with `sqlite3 " +
                path_ + " 'DELETE FROM checksums'`");
  // As the sentence says.
  RawDatabase(path_).execute("DELETE FROM checksums");
  EXPECT_TRUE(everything());
  EXPECT_FALSE(Store::open(path_, Store::Mode::read)->has_checksums());
  ASSERT_TRUE(Store::open(path_, Store::Mode::write));
  EXPECT_TRUE(Store::open(path_, Store::Mode::read)->has_checksums());
  EXPECT_TRUE(everything());
}

TEST_F(StoreChecksums, refuse_what_another_program_changed) {
  expect_refused("UPDATE runs SET campaign = 'other' WHERE id = 2", "run 2");
  expect_refused("UPDATE runs SET plan = '{}' WHERE id = 1", "run 1");
  expect_refused(
      "UPDATE cells SET row = replace(row, '100', '101') WHERE run_id = 1 AND cell = 'b'",
      "the row of cell b of run 1");
  expect_refused("UPDATE replicates SET lag1 = 0.5 WHERE replicate = 2 AND cell_id = 1",
                 "replicate 2 of cell a of run 1");
  expect_refused("UPDATE histograms SET n = n + 1 WHERE replicate_id = 1",
                 "replicate 0 of cell a of run 1");
  expect_refused("UPDATE documents SET document = '{}' WHERE kind = 'gate'", "document 3");
  expect_refused("UPDATE documents SET kind = 'other' WHERE kind = 'gate'", "document 3");
  expect_refused("UPDATE history_points SET label = 'x' WHERE id = 2", "point 2 of the history");
  expect_refused("UPDATE history_points SET cell = 'x' WHERE id = 2", "point 2 of the history");
}

TEST_F(StoreChecksums, refuse_what_was_lost_or_added) {
  const auto lost = [](const std::string& table, const std::string& condition) {
    return "DROP TRIGGER " + table + "_checksum; DELETE FROM " + table + " WHERE " + condition;
  };
  expect_refused(lost("history_points", "id = 3"), "the table history_points (2 rows of 3)");
  expect_refused(lost("documents", "kind = 'gate'"), "the table documents (2 rows of 3)");
  expect_refused(lost("replicates", "id = 3"), "the table replicates (2 rows of 3)");
  expect_refused(lost("cells", "id = 2"), "the table cells (3 rows of 4)");
  expect_refused(lost("runs", "id = 2"), "the table runs (1 rows of 2)");
  expect_refused(
      "INSERT INTO cells (id, run_id, cell, row) SELECT 99, 1, 'new', row FROM cells "
      "WHERE id = 1",
      "the row of cell new of run 1");
}

TEST_F(StoreChecksums, go_with_what_a_user_deletes) {
  RawDatabase raw(path_);
  raw.execute("PRAGMA foreign_keys = ON; DELETE FROM runs WHERE id = 1");
  EXPECT_EQ(raw.text("SELECT count(*) FROM checksums WHERE parent = 1 AND table_name = 'cells'"),
            "0");
  const auto left = everything();
  EXPECT_TRUE(left) << left.error().message;
}

TEST_F(StoreChecksums, of_a_damaged_row_are_not_made_again_by_a_change_of_it) {
  RawDatabase(path_).execute(
      "UPDATE runs SET plan = '{}' WHERE id = 2; UPDATE history_points SET label = 'x'");
  Store store = *Store::open(path_, Store::Mode::write);
  EXPECT_THAT(store.reopen_run(2).error().message, testing::HasSubstr("is damaged"));
  EXPECT_THAT(store.finish_run(2, "failed").error().message, testing::HasSubstr("is damaged"));
  EXPECT_THAT(store.accept_baseline({}, "why").error().message, testing::HasSubstr("is damaged"));
  EXPECT_TRUE(store.reopen_run(1));
}

TEST_F(StoreChecksums, of_a_run_are_all_compared_at_once) {
  const auto expect_damaged = [&](const char* sql, const char* row) {
    RawDatabase(path_).execute(sql);
    const auto store = Store::open(path_, Store::Mode::read);
    EXPECT_THAT(store->check_content(1).error().message, testing::HasSubstr(row));
    RawDatabase(path_).execute("DELETE FROM checksums");
    ASSERT_TRUE(Store::open(path_, Store::Mode::write));
  };
  EXPECT_TRUE(Store::open(path_, Store::Mode::read)->check_content(1));
  expect_damaged("UPDATE plan_cells SET cell = 'x' WHERE position = 2 AND run_id = 1",
                 "row 2 of the table plan_cells");
  expect_damaged("UPDATE replicates SET details = '{}' WHERE id = 5",
                 "row 5 of the table replicates");
  expect_damaged("UPDATE histograms SET buckets = x'00' WHERE replicate_id = 5",
                 "row 5 of the table replicates");
  expect_damaged(
      "DROP TRIGGER plan_cells_checksum; DELETE FROM plan_cells WHERE run_id = 1 AND "
      "position = 1",
      "the table plan_cells (2 rows of 3)");
  expect_damaged("DROP TRIGGER replicates_checksum; DELETE FROM replicates WHERE id = 6",
                 "the table replicates (11 rows of 12)");
}

}  // namespace
}  // namespace pmembench
