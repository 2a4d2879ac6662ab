#include "results/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "injected.hpp"

namespace pmembench {
namespace {

using injected::cell;
using injected::Plan;
using testing::HasSubstr;

CellVerdict judge(const ArmSamples& samples, const ArmSamples* confirmation = nullptr,
                  const GateRules& rules = {}) {
  const auto verdicts = judge_cell(samples, confirmation, rules);
  EXPECT_FALSE(verdicts.empty());
  return verdicts.front();
}

TEST(Verdict, passes_what_did_not_change_and_says_what_it_would_have_seen) {
  const CellVerdict verdict = judge(cell("a", {}, 1));
  EXPECT_EQ(verdict.verdict, Verdict::pass);
  EXPECT_EQ(verdict.code, "within_effect");
  EXPECT_THAT(verdict.reason, HasSubstr(" would show, and one of 2."));
  EXPECT_THAT(verdict.reason, HasSubstr(" be called a regression"));
  EXPECT_GT(verdict.mde, 0.002);
  EXPECT_LT(verdict.mde, 0.03);
  EXPECT_EQ(verdict.replicates, 20U);
  EXPECT_EQ(verdict.slices, 9U);
  EXPECT_NEAR(verdict.base_ns, 100, 3);
  ASSERT_TRUE(verdict.effect && verdict.control_effect);
  EXPECT_FALSE(verdict.wants_confirmation);
}

TEST(Verdict, asks_for_fresh_processes_before_it_calls_a_regression) {
  const ArmSamples slow = cell("a", {.effect = 0.05}, 2);
  const CellVerdict first = judge(slow);
  EXPECT_EQ(first.verdict, Verdict::inconclusive);
  EXPECT_EQ(first.code, "slower_unconfirmed");
  EXPECT_TRUE(first.wants_confirmation);
  const ArmSamples again = cell("a", {.effect = 0.05}, 3);
  const CellVerdict second = judge(slow, &again);
  EXPECT_EQ(second.verdict, Verdict::regression);
  EXPECT_EQ(second.code, "slower_confirmed");
  EXPECT_FALSE(second.wants_confirmation);
  ASSERT_TRUE(second.confirmation);
  EXPECT_NEAR(second.confirmation->estimate, 0.05, 0.02);
  EXPECT_NEAR(second.effect->estimate, 0.05, 0.02);
}

TEST(Verdict, takes_back_what_fresh_processes_do_not_show) {
  const ArmSamples slow = cell("a", {.effect = 0.05}, 4);
  const ArmSamples quiet = cell("a", {}, 5);
  const CellVerdict verdict = judge(slow, &quiet);
  EXPECT_EQ(verdict.verdict, Verdict::pass);
  EXPECT_EQ(verdict.code, "not_confirmed");
  EXPECT_THAT(verdict.reason, HasSubstr(": not confirmed"));
  // Fresh processes that cannot tell do not refute it.
  const ArmSamples vague = cell("a", {.effect = 0.02, .process = 0.08}, 6);
  EXPECT_EQ(judge(slow, &vague).verdict, Verdict::inconclusive);
  // Nor does the opposite confirm it.
  const ArmSamples fast = cell("a", {.effect = -0.05}, 7);
  EXPECT_EQ(judge(slow, &fast).code, "not_confirmed");
}

TEST(Verdict, calls_an_improvement_only_when_it_is_confirmed_as_well) {
  const ArmSamples fast = cell("a", {.effect = -0.06}, 8);
  EXPECT_EQ(judge(fast).code, "faster_unconfirmed");
  const ArmSamples again = cell("a", {.effect = -0.06}, 9);
  EXPECT_EQ(judge(fast, &again).verdict, Verdict::improved);
}

TEST(Verdict, is_inconclusive_where_the_interval_holds_both) {
  const CellVerdict verdict = judge(cell("a", {.effect = 0.015, .process = 0.06}, 10));
  EXPECT_EQ(verdict.verdict, Verdict::inconclusive);
  EXPECT_EQ(verdict.code, "interval_too_wide");
  EXPECT_THAT(verdict.reason, HasSubstr("the interval holds changes below and above 2.0 %"));
}

TEST(Verdict, trusts_nothing_whose_base_differs_from_itself) {
  const CellVerdict verdict = judge(cell("a", {.control = 0.04}, 11));
  EXPECT_EQ(verdict.verdict, Verdict::untrusted);
  EXPECT_EQ(verdict.code, "control_differs");
  EXPECT_THAT(verdict.reason, HasSubstr("the base compared with itself differs by +3."));
  EXPECT_EQ(judge(cell("a", {.control = -0.04}, 12)).code, "control_differs");
  // Below what matters, it is noise.
  EXPECT_EQ(judge(cell("a", {.control = 0.012, .process = 0.002}, 13)).verdict, Verdict::pass);
  // In the confirmation as well.
  const ArmSamples slow = cell("a", {.effect = 0.05}, 14);
  const ArmSamples disturbed = cell("a", {.effect = 0.05, .control = 0.05}, 15);
  const CellVerdict confirmed = judge(slow, &disturbed);
  EXPECT_EQ(confirmed.verdict, Verdict::untrusted);
  EXPECT_THAT(confirmed.reason, testing::StartsWith("in the confirmation: the base compared"));
}

// An estimate beyond the minimal effect is no difference while its interval holds none.
TEST(Verdict, takes_no_wide_interval_for_a_difference) {
  const ArmSamples slow = cell("a", {.effect = 0.1, .process = 0.003}, 30);
  unsigned controls = 0;
  unsigned confirmations = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const ArmSamples wild = cell("a", {.effect = 0.04, .process = 0.2}, 1000 + seed);
    const CellVerdict verdict = judge(wild);
    const Estimate& control = *verdict.control_effect;
    if (std::abs(control.estimate) >= 0.03 && control.low < 0 && control.high > 0) {
      ++controls;
      EXPECT_NE(verdict.code, "control_differs") << seed;
    }
    const CellVerdict confirmed = judge(slow, &wild);
    if (confirmed.code == "control_differs" || confirmed.confirmation->low > 0) continue;
    if (confirmed.confirmation->estimate < 0.03) continue;
    ++confirmations;
    EXPECT_EQ(confirmed.code, "not_confirmed") << seed;
    EXPECT_EQ(confirmed.verdict, Verdict::inconclusive) << seed;
  }
  EXPECT_GT(controls, 5U);
  EXPECT_GT(confirmations, 5U);
}

TEST(Verdict, needs_six_replicates) {
  for (unsigned triples = 1; triples <= 5; ++triples) {
    const CellVerdict verdict = judge(cell("a", {.effect = 0.5, .triples = triples}, triples));
    EXPECT_EQ(verdict.verdict, Verdict::inconclusive) << triples;
    EXPECT_EQ(verdict.code, "too_few_replicates");
    EXPECT_THAT(verdict.reason, HasSubstr("it takes 6 and a 95 % interval"));
    if (triples == 1) {
      EXPECT_TRUE(std::isnan(verdict.mde)) << "one difference shows nothing";
    }
  }
  // At a confidence at which fewer have an interval as well.
  GateRules loose;
  loose.confidence = 0.8;
  EXPECT_EQ(judge(cell("a", {.triples = 5}, 5), nullptr, loose).code, "too_few_replicates");
  EXPECT_TRUE(judge(cell("a", {.effect = 0.5, .triples = 6}, 6)).wants_confirmation);
}

TEST(Verdict, gives_times_that_agree_with_their_effect) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const CellVerdict& each : judge_cell(cell("a", {.process = 0.05}, seed), nullptr, {})) {
      EXPECT_NEAR(each.head_ns / each.base_ns - 1, each.effect->estimate, 1e-12) << seed;
    }
  }
}

TEST(Verdict, promises_no_change_that_a_histogram_cannot_show) {
  ArmSamples samples = cell("a", {}, 20);
  for (ArmTriple& triple : samples.triples) {
    for (ArmReplicate& arm : triple.arms) {
      Histogram histogram;
      histogram.record_many(4000, 100'000);  // every process alike: the clock is coarse
      arm.histogram = std::move(histogram);
      arm.ns_per_tick = 0.1;
    }
  }
  const auto verdicts = judge_cell(samples, nullptr, {});
  ASSERT_EQ(verdicts[1].metric, "p50");
  EXPECT_NEAR(verdicts[1].mde, 16.0 / 4000, 1e-4) << "one bucket";
  EXPECT_THAT(verdicts[1].reason, testing::Not(HasSubstr("0.00 % would show")));
}

TEST(Verdict, never_passes_a_cell_that_did_not_run) {
  const char* codes[] = {"missing_base", "missing_control", "missing_head"};
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    ArmSamples samples = cell("a", {}, 16);
    samples.missing[arm] = "skipped: no clwb";
    const auto verdicts = judge_cell(samples, nullptr, {});
    ASSERT_EQ(verdicts.size(), 1U);
    EXPECT_EQ(verdicts[0].verdict, Verdict::missing);
    EXPECT_EQ(verdicts[0].code, codes[arm]);
    EXPECT_THAT(verdicts[0].reason, HasSubstr(" did not measure it: skipped: no clwb"));
    EXPECT_EQ(exit_of(worst_of(verdicts), false), 4);
  }
  const CellVerdict empty = judge(ArmSamples{"a", {}, {}});
  EXPECT_EQ(empty.verdict, Verdict::untrusted);
  EXPECT_EQ(empty.code, "no_samples");
  EXPECT_THAT(empty.reason, HasSubstr("it was to be measured and has no sample"));
  ArmSamples hollow = cell("a", {.slices = 0}, 17);
  EXPECT_EQ(judge(hollow).code, "bad_samples");
  hollow = cell("a", {}, 17);
  for (ArmTriple& triple : hollow.triples) triple.arms[2].slice_ns_per_operation.clear();
  EXPECT_EQ(judge(hollow).code, "bad_samples");
}

TEST(Verdict, explains_every_code_it_gives) {
  for (const char* code :
       {"within_effect", "slower_confirmed", "control_differs", "missing_head"}) {
    EXPECT_NE(explain_code(code), "") << code;
  }
  EXPECT_EQ(explain_code("no_such_code"), "");
  for (const char* name :
       {"PASS", "IMPROVED", "INCONCLUSIVE", "SUSPECT", "REGRESSION", "MISSING", "UNTRUSTED"}) {
    EXPECT_EQ(name_of(*verdict_from(name)), name);
  }
  EXPECT_FALSE(verdict_from("pass"));
}

TEST(Verdict, exits_as_it_says) {
  EXPECT_EQ(exit_of(Verdict::pass, true), 0);
  EXPECT_EQ(exit_of(Verdict::improved, true), 0);
  EXPECT_EQ(exit_of(Verdict::suspect, true), 0);
  EXPECT_EQ(exit_of(Verdict::regression, false), 1);
  EXPECT_EQ(exit_of(Verdict::inconclusive, false), 0);
  EXPECT_EQ(exit_of(Verdict::inconclusive, true), 3);
  EXPECT_EQ(exit_of(Verdict::untrusted, false), 4);
  EXPECT_EQ(exit_of(Verdict::missing, false), 4);
}

}  // namespace
}  // namespace pmembench
