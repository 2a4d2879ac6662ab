// Suites of cells: how often they cry wolf, and what they see.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "injected.hpp"
#include "results/verdict.hpp"

namespace pmembench {
namespace {

using injected::cell;
using injected::Plan;
using testing::HasSubstr;

std::vector<ArmSamples> suite_of(unsigned cells, const Plan& plan, std::uint64_t seed) {
  std::vector<ArmSamples> suite;
  for (unsigned i = 0; i < cells; ++i) {
    suite.push_back(cell(fmt::format("cell{}", i), plan, mix_seed(seed * 1000 + i)));
  }
  return suite;
}

// Heavier scatter than the 3 to 5 % seen of 4 KiB copies would only hide more; the gate's limit of
// 2 % lies where a false alarm is likeliest at about that scatter.
TEST(Suite, flags_at_most_one_cell_in_a_hundred_that_did_not_change) {
  constexpr unsigned kSuites = 120;
  constexpr unsigned kCells = 8;
  for (const double process : {0.003, 0.011, 0.03, 0.05}) {
    unsigned flagged = 0;
    unsigned confirmed = 0;
    for (unsigned run = 0; run < kSuites; ++run) {
      SCOPED_TRACE(fmt::format("process {} suite {}", process, run));
      const Plan plan{.process = process};
      const auto stage1 = suite_of(kCells, plan, run);
      const SuiteVerdict first = judge_suite(stage1, {}, {});
      for (const CellVerdict& each : first.cells) flagged += each.wants_confirmation ? 1 : 0;
      const auto again = suite_of(kCells, plan, run + 100'000);
      confirmed += judge_suite(stage1, again, {}).verdict == Verdict::regression ? 1 : 0;
    }
    EXPECT_LE(flagged, kSuites * kCells / 100) << "process " << process;
    EXPECT_EQ(confirmed, 0U) << "process " << process;
  }
}

TEST(Suite, sees_five_percent_in_nineteen_cells_of_twenty) {
  constexpr unsigned kSuites = 60;
  unsigned seen = 0;
  for (unsigned run = 0; run < kSuites; ++run) {
    const Plan plan{.effect = 0.05, .process = 0.011};
    const auto stage1 = suite_of(8, plan, run + 7'000);
    const auto again = suite_of(8, plan, run + 200'000);
    for (const CellVerdict& each : judge_suite(stage1, again, {}).cells) {
      seen += each.verdict == Verdict::regression ? 1 : 0;
    }
  }
  EXPECT_GE(seen, kSuites * 8 * 95 / 100);
}

TEST(Suite, sees_three_percent_of_a_quiet_kernel_always) {
  unsigned seen = 0;
  for (unsigned run = 0; run < 30; ++run) {
    const Plan plan{.effect = 0.03, .process = 0.003};
    const auto stage1 = suite_of(8, plan, run + 9'000);
    const auto again = suite_of(8, plan, run + 300'000);
    for (const CellVerdict& each : judge_suite(stage1, again, {}).cells) {
      seen += each.verdict == Verdict::regression ? 1 : 0;
    }
  }
  EXPECT_GE(seen, 238U);  // 99 % of 240
}

TEST(Suite, wants_only_flagged_cells_again_and_each_once) {
  auto stage1 = suite_of(5, {}, 1);
  stage1[3] = cell("cell3", {.effect = 0.1}, 2);
  injected::time_operations({.head_middle = 1.3}, stage1[3]);
  const SuiteVerdict suite = judge_suite(stage1, {}, {});
  EXPECT_THAT(suite.wants_confirmation, testing::ElementsAre("cell3"));
  EXPECT_EQ(suite.verdict, Verdict::inconclusive);
  EXPECT_THAT(suite.sentence, HasSubstr("1 of 5 cells could not be decided; cell3"));
  const std::vector<ArmSamples> again{stage1[3]};
  const SuiteVerdict confirmed = judge_suite(stage1, again, {});
  EXPECT_EQ(confirmed.verdict, Verdict::regression);
  EXPECT_EQ(confirmed.exit, 1);
  EXPECT_TRUE(confirmed.wants_confirmation.empty());
  EXPECT_THAT(confirmed.sentence,
              HasSubstr("1 of 5 cells got slower; cell3 (p50): slower by +29.9 %"));
}

// Six replicates give p = 1/32 at best: enough alone, and nothing among thirty.
TEST(Suite, holds_a_lucky_cell_against_all_the_others) {
  std::vector<ArmSamples> stage1 = suite_of(30, {.process = 0.001, .triples = 6}, 3);
  stage1[0] = cell("cell0", {.effect = 0.05, .process = 0.001, .triples = 6}, 4);
  const SuiteVerdict suite = judge_suite(stage1, {}, {});
  EXPECT_EQ(suite.cells[0].code, "not_significant_in_suite");
  EXPECT_THAT(suite.cells[0].reason,
              HasSubstr("6 replicates cannot show one change among so many; give --replicates 11"));
  EXPECT_EQ(suite.cells[0].verdict, Verdict::inconclusive);
  EXPECT_THAT(suite.cells[0].reason, HasSubstr("is significant alone, and not among 30 tests"));
  EXPECT_TRUE(judge_suite(std::span(stage1).first(1), {}, {}).cells[0].wants_confirmation);
}

TEST(Suite, ends_in_4_for_whatever_did_not_run) {
  const auto stage1 = suite_of(3, {}, 5);
  EXPECT_EQ(judge_suite({}, {}, {}).exit, 4);
  EXPECT_EQ(judge_suite({}, {}, {}).sentence, "nothing was compared, and that is not a pass");
  SuiteFacts facts;
  facts.declared = {"cell0", "cell1", "cell2", "renamed"};
  SuiteVerdict suite = judge_suite(stage1, {}, {}, facts);
  EXPECT_EQ(suite.exit, 4);
  EXPECT_EQ(suite.verdict, Verdict::untrusted);
  EXPECT_EQ(suite.cells.back().verdict, Verdict::missing);
  EXPECT_EQ(suite.cells.back().cell, "renamed");
  EXPECT_THAT(suite.sentence,
              HasSubstr("1 of 4 cells cannot be judged; renamed: the campaign declares it"));
  facts = {};
  facts.untrusted = {"the fingerprints differ"};
  suite = judge_suite(stage1, {}, {}, facts);
  EXPECT_EQ(suite.exit, 4);
  EXPECT_EQ(suite.sentence, "nothing here can be trusted: the fingerprints differ");
  // A regression beside it changes nothing about that, and is told.
  auto mixed = stage1;
  mixed[0] = cell("cell0", {.effect = 0.1}, 6);
  mixed[1].missing[2] = "failed: it died";
  const std::vector<ArmSamples> again{mixed[0]};
  suite = judge_suite(mixed, again, {});
  EXPECT_EQ(suite.exit, 4);
  EXPECT_THAT(suite.sentence, HasSubstr("1 of 3 cells cannot be judged and 1 got slower; cell1"));
}

TEST(Suite, is_untrusted_where_the_confirmation_did_not_run) {
  const auto stage1 = suite_of(1, {.effect = 0.1}, 7);
  std::vector<ArmSamples> again{ArmSamples{"cell0", {}, {}}};
  EXPECT_EQ(judge_suite(stage1, again, {}).exit, 4);
  again[0].missing[2] = "failed: it died";
  const SuiteVerdict suite = judge_suite(stage1, again, {});
  EXPECT_EQ(suite.exit, 4);
  EXPECT_EQ(suite.cells[0].verdict, Verdict::missing);
}

TEST(Suite, expects_few_false_alarms) {
  const SuiteVerdict suite = judge_suite(suite_of(30, {}, 8), {}, {});
  EXPECT_NEAR(suite.expected_false_alarms, 30 * 0.025 * 0.025, 1e-12);
  EXPECT_EQ(suite.verdict, Verdict::pass);
  EXPECT_EQ(suite.exit, 0);
  EXPECT_THAT(suite.sentence, HasSubstr("none of 30 cells got slower; each would have shown a "));
}

TEST(Suite, exits_3_for_the_undecided_only_where_strict) {
  const auto stage1 = suite_of(2, {.triples = 5}, 9);
  GateRules rules;
  EXPECT_EQ(judge_suite(stage1, {}, rules).exit, 0);
  rules.strict = true;
  EXPECT_EQ(judge_suite(stage1, {}, rules).exit, 3);
}

}  // namespace
}  // namespace pmembench
