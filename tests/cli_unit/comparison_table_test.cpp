#include "cli/comparison_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pmembench {
namespace {

using testing::HasSubstr;
using testing::Not;

Comparison sample() {
  Comparison comparison;
  comparison.kind = "compare";
  comparison.verdict = Verdict::untrusted;
  comparison.sentence = "1 of 2 cells cannot be judged";
  comparison.base_only = {"gone"};
  comparison.environment_differences = {{"settings.governor", "performance", "powersave"}};
  CellVerdict fine;
  fine.cell = "fine";
  fine.metric = "ns_per_operation";
  fine.verdict = Verdict::pass;
  fine.code = "within_effect";
  fine.effect = Estimate{0.001, -0.002, 0.004, true};
  CellVerdict gone;
  gone.cell = "gone";
  gone.metric = "ns_per_operation";
  gone.verdict = Verdict::missing;
  gone.code = "missing_head";
  gone.reason = "the head has no such cell";
  comparison.cells = {fine, gone};
  return comparison;
}

TEST(ComparisonTable, tells_what_is_lonely_first_and_the_verdict_last) {
  const std::string text = comparison_text(sample(), false);
  EXPECT_THAT(text, testing::StartsWith("only in the base: gone\ndiffers: settings.governor: "
                                        "performance -> powersave\n"));
  EXPECT_LT(text.find("MISSING"), text.find("PASS"));
  EXPECT_THAT(text, HasSubstr("+0.10 % (-0.20 to +0.40 %)"));
  EXPECT_THAT(text, HasSubstr("MISSING gone ns_per_operation: the head has no such cell\n"));
  EXPECT_THAT(text,
              HasSubstr("10-74 % of such comparisons at a fixed 5 % were false on the machine "
                        "where this was measured."));
  EXPECT_THAT(text, testing::EndsWith("UNTRUSTED: 1 of 2 cells cannot be judged\n"));
  EXPECT_THAT(text, Not(HasSubstr("A benchmark that vanishes never passes.")));
}

TEST(ComparisonTable, explains_codes_where_asked) {
  EXPECT_THAT(comparison_text(sample(), true),
              HasSubstr("missing_head: The head has no such cell, skipped it or failed."));
}

TEST(ComparisonTable, of_a_gate_tells_how_many_false_alarms_to_expect) {
  Comparison comparison = sample();
  comparison.kind = "gate";
  comparison.expected_false_alarms = 0.019;
  const std::string text = comparison_text(comparison, false);
  EXPECT_THAT(text,
              HasSubstr("expected false alarms in a suite that did not change: at most 0.019"));
  EXPECT_THAT(text, Not(HasSubstr("10-74 %")));
  comparison.cells.clear();
  EXPECT_THAT(comparison_text(comparison, false), HasSubstr("no cell was compared."));
}

}  // namespace
}  // namespace pmembench
