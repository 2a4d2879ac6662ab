#include "run/coordinator.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Coordinator, gives_cells_fewer_slices_where_the_budget_is_short) {
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

}  // namespace
}  // namespace pmembench
