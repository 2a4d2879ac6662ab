#include "cli/ladder_table.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

Ladder two_rungs() {
  LadderRung direct{"a", "direct", {300, 290, 310, true}, {}, {}, {}};
  direct.amplification = {{"bytes_asked", 4096}, {"bytes_stored", 4096}, {"fences", 1}};
  LadderRung rmw{"b", "block-rmw", {9000, 8900, 9100, true}, {}, {}, {}};
  rmw.cost_ns = {8700, 8600, 8800, true};
  rmw.cost_share = {29, 28.5, 29.5, true};
  rmw.amplification = {{"bytes_asked", 4096}, {"bytes_stored", 131072}, {"sectors_written", 1}};
  return {"random, 1 thread, movnt on dram:64M", {direct, rmw}};
}

TEST(LadderTable, prints_each_rung_with_its_cost_over_the_one_below) {
  const std::string text = ladder_text({two_rungs()});
  EXPECT_NE(text.find("layers: random, 1 thread, movnt on dram:64M\n"), std::string::npos);
  EXPECT_NE(text.find("+8700.0 ns [+8600.0, +8800.0]"), std::string::npos) << text;
  EXPECT_NE(text.find("+2900.0 % [+2850.0, +2950.0]"), std::string::npos) << text;
  EXPECT_NE(text.find("32.000"), std::string::npos) << text;
}

TEST(LadderTable, prints_no_interval_where_there_is_none) {
  Ladder ladder = two_rungs();
  ladder.rungs[1].cost_ns = Estimate{8700, 8700, 8700, false};
  const std::string text = ladder_text({ladder});
  EXPECT_NE(text.find("+8700.0 ns  "), std::string::npos) << text;
}

TEST(LadderTable, is_nothing_without_a_ladder) { EXPECT_EQ(ladder_text({}), ""); }

}  // namespace
}  // namespace pmembench
