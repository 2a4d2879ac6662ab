// Sides of a comparison out of the store.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "raw_database.hpp"
#include "results/compare.hpp"
#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

TEST(StoredRun, reads_runs_of_the_store_and_how_they_scatter) {
  const sample::Folder folder;
  auto store = Store::open(folder.path("results.db"), Store::Mode::write);
  ASSERT_TRUE(store);
  for (int i = 0; i < 5; ++i) {
    const auto run = store->begin_run(sample::run_record());
    std::vector<Replicate> replicates = sample::replicates();
    for (Replicate& each : replicates) each.median_ns_per_operation *= 1 + 0.01 * i;
    const Row row = make_row(sample::cell(), replicates, "", {});
    for (const Replicate& each : replicates) ASSERT_TRUE(store->save(*run, row, &each));
    ASSERT_TRUE(store->finish_run(*run, "done"));
  }
  const auto run = stored_run(*store, 2, "run 2");
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->side.run, 2);
  ASSERT_EQ(run->cells.size(), 1U);
  EXPECT_EQ(run->cells[0].median_ns.size(), 10U);
  EXPECT_EQ(run->cells[0].slices, 3U);
  EXPECT_NEAR(run->cells[0].median_ns.at(0), 99.5 * 1.01, 1e-9);
  const auto scatter = stored_scatter(*store, 1, 5);
  ASSERT_TRUE(scatter);
  // Runs 1 to 4 lie 1 % apart.
  EXPECT_NEAR(scatter->at(sample::cell().name), 0.0127, 0.0003);
  RawDatabase(folder.path("results.db"))
      .execute("UPDATE runs SET version = 'other' WHERE id > 2; DELETE FROM checksums");
  const auto changed = Store::open(folder.path("results.db"), Store::Mode::read);
  EXPECT_TRUE(stored_scatter(*changed, 1, 5)->empty());
}

TEST(StoredRun, reads_the_states_that_the_rows_have) {
  const sample::Folder folder;
  auto store = Store::open(folder.path("results.db"), Store::Mode::write);
  ASSERT_TRUE(store);
  const auto run = store->begin_run(sample::run_record());
  Row row = make_row(sample::cell(), sample::replicates(), "", {});
  row.warnings = {{"unaudited", "its claim is \"durable\""}, {"disturbed", "\u00e9"}};
  row.source = "fio-3.33";
  row.reason = "line 1\nline 2";
  ASSERT_TRUE(store->save(*run, {row}));
  std::vector<CellState> states;
  const auto keep = [&](CellState&& state) { states.push_back(std::move(state)); };
  const Status read = store->each_state(*run, keep);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(states.size(), 1U);
  const CellState& state = states.front();
  EXPECT_EQ(state.cell, row.cell);
  EXPECT_EQ(state.status, row.status);
  EXPECT_EQ(state.reason, row.reason);
  EXPECT_EQ(state.source, row.source);
  EXPECT_EQ(state.slices, row.slices);
  EXPECT_EQ(state.replicates, row.replicates);
  ASSERT_EQ(state.warnings.size(), 2U);
  EXPECT_EQ(state.warnings[0].sentence, row.warnings[0].sentence);
  EXPECT_EQ(state.warnings[1].sentence, row.warnings[1].sentence);
}

TEST(StoredRun, says_that_a_row_is_damaged) {
  const sample::Folder folder;
  auto store = Store::open(folder.path("results.db"), Store::Mode::write);
  ASSERT_TRUE(store);
  const auto run = store->begin_run(sample::run_record());
  ASSERT_TRUE(store->save(*run, {make_row(sample::cell(), sample::replicates(), "", {})}));
  RawDatabase(folder.path("results.db"))
      .execute("UPDATE cells SET row = json_set(row, '$.warnings', 1); DELETE FROM checksums");
  const auto changed = Store::open(folder.path("results.db"), Store::Mode::read);
  ASSERT_TRUE(changed) << changed.error().message;
  const Status read = changed->each_state(*run, [](CellState&&) {});
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("is damaged or of another version"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
