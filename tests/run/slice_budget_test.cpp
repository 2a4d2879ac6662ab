#include "run/slice_budget.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(SliceBudget, gives_cells_fewer_slices_where_the_budget_is_short) {
  MeasureSettings settings;
  settings.budget_ns = 60'000'000'000;
  settings.minimum_replicates = 6;
  settings.slices = 50;
  EXPECT_EQ(slices_within_budget(settings, 10), 50u);
  EXPECT_LT(slices_within_budget(settings, 300), 50u);
  EXPECT_EQ(slices_within_budget(settings, 100'000), 5u);
  settings.slices = 3;
  EXPECT_EQ(slices_within_budget(settings, 100'000), 3u);
  EXPECT_EQ(slices_within_budget(settings, 0), 3u);
}

TEST(SliceBudget, gives_a_cell_at_a_low_rate_as_few_slices_as_its_share_of_time_holds) {
  MeasureSettings settings;
  settings.slices = 50;
  settings.budget_ns = 60'000'000'000;
  Cell cell;
  cell.timing = Timing::operation;
  cell.arrival = "fixed";
  cell.rate = "1";
  EXPECT_EQ(slices_within_budget(settings, 1, cell), 6u);
  cell.rate = "1k";
  EXPECT_EQ(slices_within_budget(settings, 1, cell), 50u);
}

TEST(SliceBudget, refuses_a_plan_of_which_the_budget_holds_no_process) {
  Plan plan;
  plan.settings.budget_ns = 60'000'000'000;
  plan.settings.slice_ns = 61'000'000'000;
  EXPECT_TRUE(check_budget(plan)) << "no cell runs: there is another reason";
  plan.cells.resize(2);
  const Status refused = check_budget(plan);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message,
            "nothing can be measured: one process of a cell takes at least 5 slices of 61 s, and "
            "the budget is 60 s; ask for shorter slices, or give a larger --budget");
  plan.settings.slices = 1;
  plan.settings.slice_ns = 60'000'000'000;
  EXPECT_TRUE(check_budget(plan)) << "one slice";
}

TEST(SliceBudget, refuses_a_rate_that_is_too_low_for_the_budget_unless_other_cells_are_not) {
  Plan plan;
  plan.settings.budget_ns = 60'000'000'000;
  plan.cells.resize(1);
  plan.cells[0].timing = Timing::operation;
  plan.cells[0].arrival = "fixed";
  plan.cells[0].rate = "0.01";
  const Status refused = check_budget(plan);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("ask for a higher rate than 0.01"), std::string::npos)
      << refused.error().message;
  plan.cells.resize(2);
  EXPECT_TRUE(check_budget(plan));
}

TEST(SliceBudget, knows_the_least_that_a_run_takes) {
  MeasureSettings settings;
  settings.slices = 10;
  settings.minimum_replicates = 6;
  settings.slice_ns = 1'000'000;
  settings.budget_ns = 60'000'000'000;
  EXPECT_EQ(least_run_ns(settings, 20), 20 * 6 * 11 * 1e6);
}

}  // namespace
}  // namespace pmembench
