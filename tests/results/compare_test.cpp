#include "results/compare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "injected.hpp"

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

StoredCell cell(const std::string& name, double middle_ns, std::uint64_t seed, unsigned count = 10,
                double deviation = 0.004) {
  Random random(seed);
  StoredCell cell{name, "ok", "", {}, 5};
  for (unsigned i = 0; i < count; ++i) {
    cell.median_ns[i] = middle_ns * std::exp(deviation * injected::normal(random));
  }
  return cell;
}

StoredRun run_of(std::vector<StoredCell> cells, const std::string& machine = "m") {
  StoredRun run;
  run.side = {"run", "0.1.0", machine, 1};
  run.cells = std::move(cells);
  return run;
}

CompareRules trusting() {
  CompareRules rules;
  rules.trust_stored = true;
  return rules;
}

CompareRules scattering(double deviation) {
  CompareRules rules;
  rules.scatter["a"] = deviation;
  return rules;
}

TEST(Compare, suspects_at_most) {
  const StoredRun base = run_of({cell("a", 100, 1), cell("b", 100, 2)});
  const StoredRun head = run_of({cell("a", 110, 3), cell("b", 100, 4)});
  Comparison comparison = compare_runs(base, head, {});
  EXPECT_EQ(comparison.verdict, Verdict::suspect);
  EXPECT_EQ(comparison.exit, 0);
  ASSERT_EQ(comparison.cells.size(), 2U);
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::suspect);
  EXPECT_EQ(comparison.cells[0].code, "slower_stored");
  EXPECT_NEAR(comparison.cells[0].effect->estimate, 0.10, 0.01);
  EXPECT_FALSE(comparison.cells[0].paired);
  EXPECT_EQ(comparison.cells[1].verdict, Verdict::pass);
  EXPECT_THAT(comparison.sentence, HasSubstr("1 of 2 cells may have changed; a: slower by +10."));
  EXPECT_THAT(comparison.sentence, HasSubstr("; no stored runs of one build say how runs scatter"));
  comparison = compare_runs(base, head, trusting());
  EXPECT_EQ(comparison.verdict, Verdict::regression);
  EXPECT_EQ(comparison.exit, 1);
  EXPECT_EQ(compare_runs(head, base, {}).cells[0].code, "faster_stored");
  EXPECT_EQ(compare_runs(head, base, trusting()).verdict, Verdict::improved);
}

TEST(Compare, widens_its_limit_by_how_stored_runs_scatter) {
  const StoredRun base = run_of({cell("a", 100, 1)});
  const StoredRun head = run_of({cell("a", 110, 2)});
  const Comparison comparison = compare_runs(base, head, scattering(0.05));
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::pass);
  EXPECT_NEAR(comparison.cells[0].minimal_effect, std::expm1(3 * std::sqrt(2) * 0.05), 1e-12);
  EXPECT_THAT(comparison.sentence, HasSubstr("for 1 cells"));
}

TEST(Compare, pairs_what_one_session_interleaved) {
  // Both sides drift together by far more than the change.
  StoredRun base = run_of({StoredCell{"a", "ok", "", {}, 5}});
  StoredRun head = base;
  for (unsigned i = 0; i < 12; ++i) {
    base.cells[0].median_ns[i] = 100 + 10 * i;
    head.cells[0].median_ns[i] = (100 + 10 * i) * (1.03 + 0.0001 * i);
  }
  EXPECT_EQ(compare_runs(base, head, {}).cells[0].verdict, Verdict::inconclusive);
  base.session = head.session = "s";
  const Comparison comparison = compare_runs(base, head, {});
  EXPECT_TRUE(comparison.cells[0].paired);
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::suspect);
  head.session = "t";
  EXPECT_FALSE(compare_runs(base, head, {}).cells[0].paired);
}

TEST(Compare, lists_what_one_side_lacks_and_does_not_pass) {
  const StoredRun base = run_of({cell("gone", 1, 1), cell("a", 1, 2)});
  const StoredRun head = run_of({cell("new", 1, 3), cell("a", 1, 4)});
  const Comparison comparison = compare_runs(base, head, {});
  EXPECT_THAT(comparison.base_only, ElementsAre("gone"));
  EXPECT_THAT(comparison.head_only, ElementsAre("new"));
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::missing);
  EXPECT_EQ(comparison.exit, 4);
  EXPECT_EQ(compare_runs(run_of({}), run_of({}), {}).exit, 4);
}

TEST(Compare, does_not_pass_a_cell_that_failed_on_one_side) {
  StoredRun base = run_of({cell("a", 1, 1), cell("b", 1, 2)});
  StoredRun head = base;
  head.cells[0] = {"a", "error", "a byte was wrong", {}, 0};
  Comparison comparison = compare_runs(base, head, {});
  EXPECT_EQ(comparison.exit, 4);
  EXPECT_EQ(comparison.cells[0].reason, "the head has no result: error: a byte was wrong");
  base.cells[0] = head.cells[0] = {"a", "skipped", "no clwb", {}, 0};
  comparison = compare_runs(base, head, {});
  EXPECT_EQ(comparison.exit, 0);
  EXPECT_THAT(comparison.sentence, HasSubstr("; 1 cell was skipped on both sides"));
}

TEST(Compare, trusts_no_comparison_of_two_machines) {
  const StoredRun base = run_of({cell("a", 1, 1)});
  const Comparison comparison = compare_runs(base, run_of({cell("a", 1, 2)}, "n"), {});
  EXPECT_EQ(comparison.exit, 4);
  EXPECT_THAT(comparison.sentence, HasSubstr("the runs are of different machines (m and n)"));
}

TEST(Compare, says_that_few_replicates_decide_nothing) {
  const Comparison comparison =
      compare_runs(run_of({cell("a", 1, 1, 3)}), run_of({cell("a", 2, 2, 3)}), {});
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::inconclusive);
  EXPECT_EQ(comparison.cells[0].reason,
            "3 and 3 replicates decide nothing: it takes 6 on each side and a 95 % interval");
  // Three against nine have an interval, and still are too few to pass.
  const Comparison uneven =
      compare_runs(run_of({cell("a", 1, 1, 9)}), run_of({cell("a", 1, 2, 3)}), {});
  EXPECT_EQ(uneven.cells[0].code, "too_few_replicates");
  EXPECT_EQ(uneven.verdict, Verdict::inconclusive);
}

TEST(Compare, prints_times_that_agree_with_its_effect) {
  StoredRun base = run_of({StoredCell{"a", "ok", "", {}, 5}});
  StoredRun head = base;
  // Of these medians (103 and 102) the head is faster; by every pair it is slower.
  const std::vector<double> base_ns{100, 100.1, 103, 103.1, 100.2, 103.2, 103.3};
  const std::vector<double> head_ns{102, 102.1, 101.9, 105, 105.1, 101.8, 105.2};
  for (unsigned i = 0; i < 7; ++i) {
    base.cells[0].median_ns[i] = base_ns[i];
    head.cells[0].median_ns[i] = head_ns[i];
  }
  const CellVerdict verdict = compare_runs(base, head, {}).cells[0];
  EXPECT_NEAR(verdict.head_ns / verdict.base_ns - 1, verdict.effect->estimate, 1e-12);
}

TEST(Compare, knows_no_smallest_effect_of_values_that_are_all_alike) {
  StoredRun base = run_of({StoredCell{"a", "ok", "", {}, 5}});
  for (unsigned i = 0; i < 7; ++i) base.cells[0].median_ns[i] = 100;
  const Comparison comparison = compare_runs(base, base, {});
  EXPECT_TRUE(std::isnan(comparison.cells[0].mde));
  EXPECT_THAT(comparison.sentence, HasSubstr("each would have shown a change of an unknown size"));
}

TEST(Compare, does_not_match_names_of_which_one_side_has_more) {
  StoredRun base = run_of({cell("a", 1, 1), cell("a #2", 3, 2)});
  base.cells[0].same_name = base.cells[1].same_name = 2;
  const Comparison same = compare_runs(base, base, {});
  EXPECT_EQ(same.verdict, Verdict::pass);
  const Comparison comparison = compare_runs(base, run_of({cell("a", 3, 3)}), {});
  EXPECT_EQ(comparison.exit, 4);
  EXPECT_EQ(comparison.cells[1].code, "ambiguous_name");
  EXPECT_EQ(comparison.cells[1].verdict, Verdict::missing);
}

TEST(Compare, lists_what_was_left_out) {
  StoredRun base = run_of({cell("a", 1, 1), {"b", "skipped", "no clwb", {}, 0}});
  base.left_out = {{"", "a_mean", "an aggregate"}};
  StoredRun head = run_of({cell("a", 1, 2), {"b", "skipped", "no clwb", {}, 0}});
  const Comparison comparison = compare_runs(base, head, {});
  ASSERT_EQ(comparison.left_out.size(), 2U);
  EXPECT_EQ(comparison.left_out[0].side, "base");
  EXPECT_EQ(comparison.left_out[1].entry, "b");
  EXPECT_EQ(comparison.left_out[1].reason, "skipped on both sides: no clwb");
}

TEST(Compare, says_on_which_side_a_claim_is_unaudited) {
  StoredRun head = run_of({cell("a", 1, 2)});
  head.cells[0].unaudited = "run `pmembench audit x`";
  const Comparison comparison = compare_runs(run_of({cell("a", 1, 1)}), head, {});
  ASSERT_EQ(comparison.cells[0].warnings.size(), 1U);
  EXPECT_EQ(comparison.cells[0].warnings[0].type, "unaudited");
  EXPECT_EQ(comparison.cells[0].warnings[0].sentence, "the head: run `pmembench audit x`");
}

// No time is asserted: a thousand cells are there so that a quadratic step would hang the test.
TEST(Compare, holds_a_thousand_cells) {
  std::vector<StoredCell> base, head;
  for (unsigned i = 0; i < 1000; ++i) {
    base.push_back(cell(fmt::format("cell{}", i), 100, i, 40));
    head.push_back(cell(fmt::format("cell{}", i), i == 7 ? 120 : 100, i + 5000, 40));
  }
  const auto begun = std::chrono::steady_clock::now();
  const Comparison comparison = compare_runs(run_of(base), run_of(head), {});
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  RecordProperty("seconds", std::to_string(took.count()));
  EXPECT_EQ(std::count_if(comparison.cells.begin(), comparison.cells.end(),
                          [](const auto& each) { return each.verdict == Verdict::suspect; }),
            1);
}

}  // namespace
}  // namespace pmembench
