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
