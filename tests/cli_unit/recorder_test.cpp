#include "cli/recorder.hpp"

#include <gtest/gtest.h>

#include "stream_file.hpp"
#include "tests/fakes/scripted_worker.hpp"
#include "tests/results/sample.hpp"

namespace pmembench {
namespace {

class RecorderTest : public testing::Test {
 protected:
  RecorderTest() {
    for (const char* name : {"a", "b", "c"}) plan_.cells.push_back(sample::cell(name));
    plan_.cells[2].skip_reason = "cannot run";
  }
  [[nodiscard]] std::vector<std::string> stored_statuses() const {
    std::vector<std::string> statuses;
    const auto rows = *store_.rows(run_);
    for (const Cell& cell : plan_.cells) {
      const auto row = std::find_if(rows.begin(), rows.end(),
                                    [&](const Row& each) { return each.cell == cell.name; });
      statuses.push_back(row == rows.end() ? "absent" : row->status);
    }
    return statuses;
  }

  sample::Folder folder_;
  Store store_ = *Store::open(folder_.path("results.db"), Store::Mode::write);
  std::int64_t run_ = *store_.begin_run(sample::run_record());
  Plan plan_;
  StreamFile stream_;
  ProgressLine line_{stream_.stream(), false};
  fakes::SteppingClock clock_{0};
  Recorder recorder_{store_, run_, plan_, clock_, line_};
};

using Strings = std::vector<std::string>;

TEST_F(RecorderTest, stores_each_replicate_as_it_ends) {
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(0, 100)));
  EXPECT_EQ(stored_statuses(), (Strings{"ok", "absent", "absent"}));
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(1, 110)));
  EXPECT_EQ(store_.replicates(run_, "a")->size(), 2u);
  EXPECT_EQ(recorder_.rows()[0].replicates, 2u);
}

TEST_F(RecorderTest, stores_replicates_at_once_and_rows_after_a_while) {
  const auto stored = [&] {
    return std::pair(store_.replicates(run_, "a")->size(), store_.rows(run_)->front().replicates);
  };
  using Counts = std::pair<std::size_t, unsigned>;
  for (unsigned index = 0; index < 4; ++index) {
    ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(index, 100)));
  }
  EXPECT_EQ(stored(), Counts(4, 2));
  clock_.advance(2'000'000'000);
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(4, 100)));
  EXPECT_EQ(stored(), Counts(5, 5));
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(5, 100)));
  EXPECT_EQ(stored(), Counts(6, 5));
  ASSERT_TRUE(recorder_.store_rows());
  EXPECT_EQ(stored(), Counts(6, 6));
}

TEST_F(RecorderTest, tells_of_a_failure_and_stores_it) {
  ASSERT_TRUE(recorder_.failure(plan_.cells[1], {ErrorKind::runtime, "it fell over", 0}));
  EXPECT_EQ(stream_.text(), "cell failed: b: it fell over\n");
  EXPECT_EQ(stored_statuses(), (Strings{"absent", "error", "absent"}));
  EXPECT_EQ(recorder_.rows()[1].reason, "it fell over");
}

TEST_F(RecorderTest, closes_with_a_row_for_every_cell) {
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(0, 100)));
  ASSERT_TRUE(recorder_.finish());
  EXPECT_EQ(stored_statuses(), (Strings{"ok", "unmeasured", "skipped"}));
  EXPECT_EQ(recorder_.rows()[2].reason, "cannot run");
  EXPECT_NE(recorder_.rows()[1].reason.find("before this cell's turn"), std::string::npos);
}

TEST_F(RecorderTest, counts_what_was_measured_and_what_had_no_turn) {
  EXPECT_EQ(recorder_.measured(), 0u);
  EXPECT_EQ(recorder_.unmeasured(), 2u);
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(0, 100)));
  EXPECT_EQ(recorder_.measured(), 1u);
  EXPECT_EQ(recorder_.unmeasured(), 1u);
  ASSERT_TRUE(recorder_.failure(plan_.cells[1], {ErrorKind::runtime, "it fell over", 0}));
  EXPECT_EQ(recorder_.measured(), 1u);
  EXPECT_EQ(recorder_.unmeasured(), 0u);
}

TEST_F(RecorderTest, goes_on_with_what_a_resumed_run_has) {
  recorder_.adopt({{"a", {sample::replicate(0, 100), sample::replicate(1, 102)}}});
  EXPECT_EQ(recorder_.rows()[0].replicates, 2u);
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(2, 104)));
  EXPECT_EQ(recorder_.rows()[0].replicates, 3u);
}

TEST_F(RecorderTest, takes_the_least_that_null_cost_as_the_harnesss_floor) {
  plan_.cells[1] = sample::null_cell(plan_.cells[1]);
  plan_.cells[2] = sample::null_cell(plan_.cells[2]);
  ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(0, 100)));
  ASSERT_TRUE(recorder_.replicate(plan_.cells[1], sample::replicate(0, 3)));
  ASSERT_TRUE(recorder_.replicate(plan_.cells[2], sample::replicate(0, 2)));
  ASSERT_TRUE(recorder_.finish());
  EXPECT_NEAR(recorder_.rows()[0].floor_ns, 2, 1e-9);
}

// A cell of the workload durability, as a slice or (with a latency mode) each operation timed.
Cell durability_cell(const std::string& name, const std::string& mode) {
  Cell cell = sample::cell(name);
  cell.workload = "durability";
  cell.threads = 1;
  cell.parameters.clear();
  for (const ParameterSpec& spec : find_workload("durability")->parameters) {
    cell.parameters[spec.name] = spec.default_value;
  }
  cell.latency_mode = mode;
  if (!mode.empty()) cell.timing = Timing::operation;
  return cell;
}

TEST_F(RecorderTest, fails_a_cell_at_the_end_that_another_contradicts) {
  plan_.cells = {durability_cell("rate", ""), durability_cell("latency", "durable")};
  for (unsigned index = 0; index < 8; ++index) {
    ASSERT_TRUE(recorder_.replicate(plan_.cells[0], sample::replicate(index, 220)));
    Replicate timed = sample::replicate(index, 250);
    timed.histogram = sample::histogram(60, 1000);  // ticks of half a nanosecond
    ASSERT_TRUE(recorder_.replicate(plan_.cells[1], timed));
  }
  EXPECT_EQ(recorder_.contradicted(), 0u);
  ASSERT_TRUE(recorder_.finish());
  EXPECT_EQ(recorder_.contradicted(), 1u);
  EXPECT_EQ(stored_statuses(), (Strings{"ok", "error"}));
  EXPECT_NE(recorder_.rows()[1].reason.find("Little's law is broken"), std::string::npos);
  EXPECT_NE(stream_.text().find("cell failed: latency: Little's law is broken"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
