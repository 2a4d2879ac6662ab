// The store's documents and history, and files of the version before them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_database.hpp"
#include "results/store_schema.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

HistoryPoint point(const std::string& cell, double ratio, const std::string& machine = "m") {
  HistoryPoint point;
  point.cell = cell;
  point.metric = "p99";
  point.machine_fingerprint = machine;
  point.reference = "v1";
  point.label = "head";
  point.ratio = ratio;
  point.replicates = 20;
  return point;
}

class StoreHistory : public testing::Test {
 protected:
  Store open(Store::Mode mode = Store::Mode::write) {
    Result<Store> store = Store::open(path_, mode);
    EXPECT_TRUE(store) << store.error().message;
    return *std::move(store);
  }
  // As version 1 made it.
  void make_version_1() {
    RawDatabase raw(path_);
    raw.execute(std::string(schema_1_sql()));
    raw.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = 1;", kApplicationId));
  }
  sample::Folder folder_;
  const std::string path_ = folder_.path("results.db");
};

TEST_F(StoreHistory, keeps_points_and_their_document) {
  Store store = open();
  const DocumentRecord document{0,      "2026-01-01T00:00:00Z",  "gate", {},
                                "PASS", nlohmann::json{{"a", 1}}};
  ASSERT_TRUE(store.add_history({point("a", 1.01), point("b", 0.99, "n")}, &document));
  const auto points = store.history();
  ASSERT_TRUE(points);
  ASSERT_EQ(points->size(), 2U);
  EXPECT_EQ((*points)[0].ratio, 1.01);
  EXPECT_TRUE(std::isnan((*points)[0].low));
  EXPECT_EQ((*points)[0].replicates, 20U);
  EXPECT_FALSE((*points)[0].recorded_utc.empty());
  EXPECT_EQ((*points)[0].document_id, 1);
  EXPECT_EQ(store.history({"b", "", "", ""})->size(), 1U);
  EXPECT_EQ(store.history({"", "", "m", ""})->size(), 1U);
  EXPECT_EQ(store.history({"b", "", "m", ""})->size(), 0U);
  const auto documents = store.documents("gate");
  ASSERT_EQ(documents->size(), 1U);
  EXPECT_EQ((*documents)[0].document.json()["a"], 1);
  EXPECT_EQ((*documents)[0].created_utc, "2026-01-01T00:00:00Z");
  EXPECT_TRUE(store.documents("compare")->empty());
}

TEST_F(StoreHistory, keeps_all_points_or_none) {
  Store store = open();
  const DocumentRecord document{0, "", "gate", {}, "PASS", {}};
  EXPECT_FALSE(store.add_history({point("a", 1), point("b", -1)}, &document));
  EXPECT_TRUE(store.history()->empty());
  EXPECT_TRUE(store.documents()->empty());
}

TEST_F(StoreHistory, deletes_the_documents_of_a_run_with_it) {
  Store store = open();
  const auto run = store.begin_run(sample::run_record());
  ASSERT_TRUE(store.save_document({0, "", "compare", *run, "SUSPECT", {}}));
  EXPECT_EQ(store.documents()->front().run_id, *run);
  EXPECT_FALSE(store.save_document({0, "", "compare", 99, "SUSPECT", {}}));
  RawDatabase raw(path_);
  raw.execute("PRAGMA foreign_keys = ON");
  raw.execute("DELETE FROM runs");
  EXPECT_TRUE(store.documents()->empty());
}

TEST_F(StoreHistory, accepts_the_newest_point_of_each_cell_for_a_reason) {
  Store store = open();
  ASSERT_TRUE(store.add_history({point("a", 1), point("a", 1.1), point("b", 1)}, nullptr));
  const auto refused = store.accept_baseline({}, " ");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "a baseline is accepted for a reason: say with --reason why the new level is right");
  const auto none = store.accept_baseline({"c", "", "", ""}, "why");
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message,
              testing::HasSubstr(" has no point of c in its history: record"));
  EXPECT_EQ(*store.accept_baseline({"a", "", "", ""}, "checksums"), 1U);
  EXPECT_EQ(*store.accept_baseline({}, "again"), 2U);
  const auto points = *store.history();
  EXPECT_FALSE(points[0].accepted);
  EXPECT_TRUE(points[1].accepted);
  EXPECT_EQ(points[1].reason, "checksums; again");
  EXPECT_EQ(points[2].reason, "again");
}

TEST_F(StoreHistory, reads_a_file_of_version_1_as_it_is) {
  make_version_1();
  {
    const Store store = open(Store::Mode::read);
    EXPECT_TRUE(store.documents()->empty());
    EXPECT_TRUE(store.history()->empty());
    EXPECT_TRUE(store.runs()->empty());
  }
  EXPECT_EQ(RawDatabase(path_).text("PRAGMA user_version"), "1");
}

TEST_F(StoreHistory, migrates_a_file_of_version_1_when_it_is_written_to) {
  make_version_1();
  {
    Store store = open();
    const auto run = store.begin_run(sample::run_record());
    ASSERT_TRUE(run);
    EXPECT_TRUE(store.save_document({0, "", "gate", *run, "PASS", {}}));
  }
  EXPECT_EQ(RawDatabase(path_).text("PRAGMA user_version"), "4");
  const Store again = open();
  EXPECT_EQ(again.documents()->size(), 1U);
  EXPECT_EQ(again.runs()->size(), 1U);
}

TEST_F(StoreHistory, leaves_a_file_as_it_was_where_it_cannot_be_migrated) {
  make_version_1();
  RawDatabase(path_).execute("CREATE TABLE history_points (own INTEGER)");
  EXPECT_FALSE(Store::open(path_, Store::Mode::write));
  EXPECT_EQ(RawDatabase(path_).text("PRAGMA user_version"), "1");
  EXPECT_TRUE(
      RawDatabase(path_).rows("SELECT 1 FROM sqlite_schema WHERE name = 'documents'").empty());
}

}  // namespace
}  // namespace pmembench
