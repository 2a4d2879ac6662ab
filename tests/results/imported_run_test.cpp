// Imported rows in the store and in a comparison: shown, and judged by nothing.
#include "results/imported_run.hpp"

#include <gmock/gmock.h>

#include "results/compare.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

constexpr const char* kHyperfine =
    R"({"results": [{"command": "a", "mean": 0.2, "times": [0.1, 0.2, 0.3]}]})";

TEST(ImportedRun, is_stored_with_its_source_and_read_back) {
  const sample::Folder folder;
  auto store = Store::open(folder.path("r.db"), Store::Mode::write);
  ASSERT_TRUE(store) << store.error().message;
  const auto file = import_bytes(kHyperfine, "h.json");
  ASSERT_TRUE(file) << file.error().message;
  const auto id = store->begin_run(imported_record(*file));
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(store_imported(*file, *id, *store));
  ASSERT_TRUE(store->finish_run(*id, "done"));
  const auto rows = store->rows(*id);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().source, "hyperfine");
  EXPECT_EQ(rows->front().claim, kImportedClaim);
  const auto replicates = store->replicates(*id, "a");
  ASSERT_TRUE(replicates);
  EXPECT_EQ(replicates->size(), 3U);
  const auto run = stored_run(*store, *id, "run 1");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->cells.front().imported, "hyperfine");
}

StoredRun side(double ns, const std::string& source) {
  StoredRun run;
  StoredCell cell;
  cell.cell = "a";
  cell.status = "ok";
  cell.imported = source;
  for (unsigned i = 0; i < 8; ++i) cell.median_ns[i] = ns + 0.01 * i;
  run.cells.push_back(cell);
  return run;
}

TEST(ImportedRun, is_never_judged) {
  CompareRules rules;
  rules.trust_stored = true;
  const Comparison judged = compare_runs(side(100, ""), side(200, ""), rules);
  EXPECT_EQ(judged.verdict, Verdict::regression);
  for (const auto& [base, head] :
       {std::pair("fio-3", ""), std::pair("", "fio-3"), std::pair("fio-3", "fio-3")}) {
    const Comparison shown = compare_runs(side(100, base), side(200, head), rules);
    EXPECT_EQ(shown.verdict, Verdict::inconclusive);
    EXPECT_EQ(shown.exit, 0);
    EXPECT_TRUE(shown.cells.empty());
    ASSERT_EQ(shown.imported.size(), 1U);
    EXPECT_NEAR(shown.imported.front().head_ns, 200, 1);
    EXPECT_THAT(shown.sentence, HasSubstr("1 imported cell is shown and not judged"));
    EXPECT_THAT(comparison_markdown(shown), HasSubstr("imported, not proved and not judged"));
    const auto again = comparison_from_json(to_json(shown));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->imported.size(), 1U);
  }
}

TEST(ImportedRun, is_no_gap_of_the_other_side) {
  StoredRun base = side(100, ""), head = side(100, "");
  StoredRun foreign = side(5, "fio-3");
  foreign.cells.front().cell = "b";
  base.cells.push_back(foreign.cells.front());
  const Comparison shown = compare_runs(base, head, {});
  EXPECT_EQ(shown.verdict, Verdict::pass) << shown.sentence;
  EXPECT_TRUE(shown.base_only.empty());
  EXPECT_EQ(shown.imported.size(), 1U);
}

}  // namespace
}  // namespace pmembench
