#include "plan/arrival_keys.hpp"

#include <gtest/gtest.h>

#include "tests/plan/planning.hpp"

namespace pmembench {
namespace {

std::string campaign(const std::string& keys) {
  return "media: dram:1M\nbackend: movnt\ncells:\n  - workload: random\n" + keys;
}

TEST(ArrivalKeys, read_shares_and_rates) {
  EXPECT_DOUBLE_EQ(parse_rate("50%")->share, 0.5);
  EXPECT_DOUBLE_EQ(parse_rate("150%")->share, 1.5);
  EXPECT_DOUBLE_EQ(parse_rate("20000")->operations_per_s, 20000);
  EXPECT_DOUBLE_EQ(parse_rate("20k")->operations_per_s, 20000);
  EXPECT_DOUBLE_EQ(parse_rate("1.5M")->operations_per_s, 1.5e6);
}

TEST(ArrivalKeys, refuse_what_is_no_rate) {
  EXPECT_EQ(
      parse_rate("fast").error().message,
      "'fast' is not a rate: write a share such as 50%, or operations a second such as 20000, 20k "
      "or 1.5M");
  EXPECT_EQ(parse_rate("0").error().message,
            "'0' is out of range: a rate is above 0 and at most 10G");
  EXPECT_EQ(parse_rate("2000%").error().message,
            "'2000%' is out of range: a rate is above 0 and at most 1000%");
  for (const char* text : {"", "-5", "5x", "50 %", "nan", "5kk"})
    EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(ArrivalKeys, stand_in_the_cells_name_only_where_they_are_used) {
  const auto cells = cells_of(campaign(
      "    timing: operation\n    rate: 50%\n    slots: 10ms\n    matrix:\n      arrival: [closed, "
      "fixed, poisson]\n"));
  EXPECT_EQ(names_of(cells),
            (std::vector<std::string>{
                "dram:1M/movnt/direct/random/t1/operation-durable/slots=10ms",
                "dram:1M/movnt/direct/random/t1/operation-durable/fixed@50%/slots=10ms",
                "dram:1M/movnt/direct/random/t1/operation-durable/poisson@50%/slots=10ms"}));
  EXPECT_EQ(cells[1].arrival, "fixed");
  EXPECT_EQ(cells[1].rate, "50%");
  EXPECT_EQ(cells[1].slots_ns, 10'000'000u);
}

TEST(ArrivalKeys, are_refused_where_they_make_no_sense) {
  EXPECT_EQ(plan_error(campaign("    arrival: fixed\n    rate: 50%\n")),
            "c.yaml:5:14: arrival: only operations that are timed one by one have it: add 'timing: "
            "operation'");
  EXPECT_EQ(plan_error(campaign("    timing: operation\n    arrival: fixed\n")),
            "c.yaml:6:14: arrival: fixed needs a rate: add one, such as 'rate: 50%' of the closed "
            "loop's own, or 'rate: 20k' operations a second");
  EXPECT_EQ(plan_error(campaign("    timing: operation\n    rate: 50%\n")),
            "c.yaml:6:11: rate: a closed loop goes as fast as it can: add 'arrival: fixed' or "
            "'arrival: poisson'");
  EXPECT_EQ(plan_error(campaign("    timing: operation\n    arrival: fixed\n    rate: often\n")),
            "c.yaml:7:11: rate: 'often' is not a rate: write a share such as 50%, or operations a "
            "second such as 20000, 20k or 1.5M");
  EXPECT_EQ(plan_error(campaign("    timing: operation\n    slots: 10ns\n")),
            "c.yaml:6:12: slots: 10ns is shorter than 1us, in which too little happens");
  EXPECT_EQ(plan_error(campaign("    slots: 10ms\n")),
            "c.yaml:5:12: slots: only operations that are timed one by one have it: add 'timing: "
            "operation'");
}

TEST(ArrivalKeys, are_passed_over_at_the_top_level_by_groups_that_time_slices) {
  const auto cells = cells_of(
      "media: dram:1M\nbackend: movnt\narrival: poisson\nrate: 1k\ncells:\n  - workload: random\n  "
      "- workload: random\n    timing: operation\n");
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0].arrival, "closed");
  EXPECT_EQ(cells[1].arrival, "poisson");
}

TEST(ArrivalKeys, make_cells_of_their_own) {
  const auto plan =
      plan_of(campaign("    timing: operation\n    matrix:\n      slots: [1ms, 2ms]\n"));
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->cells.size(), 2u);
  EXPECT_NE(plan->cells[0].seed, plan->cells[1].seed);
}

}  // namespace
}  // namespace pmembench
