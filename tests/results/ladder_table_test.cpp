#include <gmock/gmock.h>

#include "results/ladder.hpp"
#include "words.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

// direct, block-raw, and block-rmw on it.
Ladder three_rungs() {
  LadderRung direct;
  direct.name = direct.path = "direct";
  direct.ns_per_operation = {300, 290, 310, true};
  direct.amplification = {{"fences", 1}};
  direct.stored_per_byte = 1;
  LadderRung raw = direct;
  raw.name = raw.path = "block-raw";
  raw.depth = 1;
  raw.over_parents = {
      {"direct", "d", Estimate{-12, -20, 4, true}, Estimate{-0.04, -0.066, 0.012, true}}};
  raw.over_direct = raw.over_parents.front();
  LadderRung rmw = raw;
  rmw.name = rmw.path = "block-rmw";
  rmw.depth = 2;
  rmw.ns_per_operation = {9000, 8900, 9100, true};
  rmw.over_parents = {
      {"block-raw", "r", Estimate{8700, 8600, 8800, true}, Estimate{29, 28.5, 29.5, true}}};
  rmw.over_direct =
      RungCost{"direct", "d", Estimate{8700, 8700, 8700, false}, Estimate{0.5, 0.5, 0.5, false}};
  rmw.amplification["sectors_written"] = 1;
  rmw.stored_per_byte = 32;
  return {"random, 1 thread, movnt on dram:64M", {direct, raw, rmw}};
}

TEST(LadderTable, is_a_tree_by_indentation) {
  const std::string text = sample::words_of(ladder_tables({three_rungs()}));
  EXPECT_THAT(text, HasSubstr("layers: random, 1 thread, movnt on dram:64M\n"));
  EXPECT_THAT(text, HasSubstr("\ndirect | 300 ns |  |  |  | 1.000 |"));
  EXPECT_THAT(text, HasSubstr("\n  block-raw | "));
  EXPECT_THAT(text, HasSubstr("\n    block-rmw | 9 us | block-raw | "));
}

TEST(LadderTable, has_each_cost_in_percent_with_its_interval_and_in_time) {
  const std::string text = sample::words_of(ladder_tables({three_rungs()}));
  EXPECT_THAT(text, HasSubstr("| direct | -4.0% [-6.6, 1.2] | -12 ns |"));
  EXPECT_THAT(text, HasSubstr("| block-raw | +2900% [2850, 2950] | +8.7 us | 32.000 |  | 1 | 1\n"));
}

TEST(LadderTable, has_a_line_over_direct_where_that_is_no_parent) {
  const auto tables = ladder_tables({three_rungs()});
  ASSERT_EQ(tables.at(0).rows.size(), 4U);
  const PrintedRow& last = tables[0].rows[3];
  EXPECT_EQ(last.repeated, 2U) << "the rung's name and time";
  EXPECT_EQ(last.cells[2], "direct");
  EXPECT_EQ(last.cells[3], "+50.0%") << "no interval where there is none";
  EXPECT_EQ(last.cells[5], "") << "the work is the rung's, and stands once";
}

TEST(LadderTable, has_a_factor_where_percents_would_be_too_long_to_read) {
  Ladder ladder = three_rungs();
  ladder.rungs[2].over_parents[0].share = Estimate{7354.2, 527.2, 11557, true};
  EXPECT_THAT(sample::words_of(ladder_tables({ladder})),
              HasSubstr("| block-raw | x7355 [528, 11558] | "));
}

TEST(LadderTable, names_a_parent_of_which_no_process_is_known) {
  Ladder ladder = three_rungs();
  ladder.rungs[2].over_parents[0].ns.reset();
  ladder.rungs[2].over_parents[0].share.reset();
  EXPECT_THAT(sample::words_of(ladder_tables({ladder})),
              HasSubstr("9 us | block-raw |  |  | 32.000"));
}

TEST(LadderTable, is_nothing_without_a_ladder) { EXPECT_TRUE(ladder_tables({}).empty()); }

}  // namespace
}  // namespace pmembench
