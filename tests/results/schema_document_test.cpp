// docs/schema.md against the schema: every column is told of, and every query runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "raw_database.hpp"
#include "record/row_columns.hpp"
#include "results/make_row.hpp"
#include "results/store_schema.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

std::string read_document() {
  std::ifstream file(std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../docs/schema.md");
  EXPECT_TRUE(file) << "docs/schema.md is missing";
  return {std::istreambuf_iterator<char>(file), {}};
}

// The code blocks of one language.
std::vector<std::string> blocks_of(const std::string& document, const std::string& language) {
  std::vector<std::string> blocks;
  std::istringstream lines(document);
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = !inside && line == "```" + language;
      if (inside) blocks.emplace_back();
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

class SchemaDocument : public testing::Test {
 protected:
  // Two runs, of which the last has a row of each kind and a cell that was not measured.
  void SetUp() override {
    Result<Store> store = Store::open(path_, Store::Mode::write);
    ASSERT_TRUE(store) << store.error().message;
    for (int i = 0; i < 2; ++i) {
      const auto run = store->begin_run(sample::run_record());
      ASSERT_TRUE(run);
      std::vector<Replicate> replicates = sample::replicates();
      for (Replicate& one : replicates) one.histogram = sample::histogram(200, 10000);
      replicates[0].steal_share = 0.5;
      const Row row = make_row(sample::timed_cell(), replicates, "", {});
      for (const Replicate& one : replicates) ASSERT_TRUE(store->save(*run, row, &one));
      Cell skipped = sample::cell("a");
      skipped.skip_reason = "no clwb";
      ASSERT_TRUE(store->save(*run, make_row(skipped, {}, "", {}), nullptr));
    }
    const nlohmann::json document = {
        {"cells", {{{"cell", "a"}, {"verdict", "REGRESSION"}, {"reason", "slower"}}}}};
    HistoryPoint point;
    point.cell = "a";
    point.metric = "ns_per_operation";
    point.machine_fingerprint = "machine-1";
    point.reference = "v1";
    point.label = "v2";
    point.ratio = 1.05;
    const DocumentRecord record{0, "", "gate", {}, "REGRESSION", document};
    ASSERT_TRUE(store->add_history({point, point}, &record));
    ASSERT_TRUE(store->accept_baseline({}, "checksums"));
  }
  sample::Folder folder_;
  const std::string path_ = folder_.path("results.db");
  const std::string document_ = read_document();
};

TEST_F(SchemaDocument, has_queries_that_find_what_they_say) {
  const RawDatabase raw(path_);
  int queries = 0;
  for (const std::string& sql : blocks_of(document_, "sql")) {
    if (sql.rfind("SELECT", 0) != 0) continue;
    ++queries;
    const auto rows = raw.rows(sql);
    EXPECT_FALSE(rows.empty()) << sql;
    for (const auto& row : rows) EXPECT_THAT(row, testing::Not(testing::Contains("NULL"))) << sql;
  }
  EXPECT_GE(queries, 12);
}

TEST_F(SchemaDocument, deletes_a_run_as_it_says) {
  RawDatabase raw(path_);
  int statements = 0;
  for (const std::string& sql : blocks_of(document_, "sql")) {
    if (sql.rfind("SELECT", 0) == 0) continue;
    ++statements;
    raw.execute(sql);
  }
  EXPECT_EQ(statements, 1);
  EXPECT_EQ(raw.text("SELECT count(*) FROM runs"), "1");
  EXPECT_EQ(raw.text("SELECT count(*) FROM replicates"), "10");
  EXPECT_EQ(raw.text("SELECT count(*) FROM histograms"), "10");
}

TEST_F(SchemaDocument, names_every_table_view_and_column) {
  const RawDatabase raw(path_);
  for (const auto& table :
       raw.rows("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') "
                "AND name NOT LIKE 'sqlite_%'")) {
    EXPECT_THAT(document_, testing::HasSubstr("`" + table[0] + "`"));
    for (const auto& column : raw.rows("SELECT name FROM pragma_table_xinfo('" + table[0] + "')")) {
      std::string name = column[0];
      // "`ns_per_operation`, `..._low`, `..._high`" names the bounds too.
      for (const char* bound : {"_low", "_high"}) {
        if (name.ends_with(bound)) name = std::string("...") + bound;
      }
      EXPECT_THAT(document_, testing::HasSubstr("`" + name + "`")) << "of " << table[0];
    }
  }
  EXPECT_THAT(document_, testing::HasSubstr(fmt::format("version, **{}**", kSchemaVersion)));
  EXPECT_THAT(document_, testing::HasSubstr(fmt::format("`0x{:X}`", kApplicationId)));
}

// One line a field, in the order of the field table.
std::string fields_table() {
  std::string table = "| field | unit | meaning |\n| --- | --- | --- |\n";
  for (const RowField& field : row_fields()) {
    table += fmt::format("| `{}` | {} | {} |\n", field.name, field.unit, field.doc);
  }
  return table;
}

TEST_F(SchemaDocument, has_the_table_of_the_fields_of_a_row) {
  EXPECT_TRUE(document_.find(fields_table()) != std::string::npos)
      << "docs/schema.md lacks this table:\n\n"
      << fields_table();
}

// The Python of the document reads what the store wrote.
TEST_F(SchemaDocument, has_python_that_reads_a_histogram) {
  const auto blocks = blocks_of(document_, "python");
  ASSERT_EQ(blocks.size(), 1U);
  const std::string script = folder_.path("read.py");
  std::ofstream(script) << "import sqlite3, sys\n"
                        << blocks[0]
                        << "blob, = sqlite3.connect(sys.argv[1]).execute("
                           "'SELECT buckets FROM histograms').fetchone()\n"
                           "assert histogram(blob) == [(200, 10000)], histogram(blob)\n"
                           "assert histogram(bytes([0xAC, 0x02, 7])) == [(344, 7)]\n";
  const int status = std::system(("python3 " + script + " " + path_ + " 2>&1").c_str());
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) GTEST_SKIP() << "python3 is not installed";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace pmembench
