#include "cli/run_time_text.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

Plan plan_of(std::size_t runnable, std::size_t skipped, std::uint64_t budget_s) {
  Plan plan;
  plan.settings.minimum_replicates = 6;
  plan.settings.maximum_replicates = 40;
  plan.settings.slices = 10;
  plan.settings.slice_ns = 1'000'000;
  plan.settings.budget_ns = budget_s * 1'000'000'000;
  plan.cells.resize(runnable + skipped);
  for (std::size_t i = 0; i < skipped; ++i) plan.cells[i].skip_reason = "not here";
  return plan;
}

TEST(RunTimeText, has_the_least_and_the_most_that_it_can_take) {
  const std::string text = run_time_text(plan_of(20, 3, 60));
  // 20 cells x 6 processes x (10 slices and one to warm up) x 1 ms.
  EXPECT_THAT(text, testing::HasSubstr("20 cells"));
  EXPECT_THAT(text, testing::HasSubstr("6 to 40 processes"));
  EXPECT_THAT(text, testing::HasSubstr("at least 1.32 s"));
  EXPECT_THAT(text, testing::HasSubstr("at most 60 s"));
}

TEST(RunTimeText, names_a_budget_that_is_too_small) {
  const std::string text = run_time_text(plan_of(20000, 0, 1));
  EXPECT_THAT(text, testing::HasSubstr("does not fit"));
  EXPECT_THAT(text, testing::HasSubstr("--budget"));
}

TEST(RunTimeText, says_that_nothing_can_run) {
  EXPECT_THAT(run_time_text(plan_of(0, 4, 60)), testing::HasSubstr("no cell can run"));
}

}  // namespace
}  // namespace pmembench
