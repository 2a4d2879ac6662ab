// What the triples of a cell say of each of its metrics, as the verdicts on it show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "injected.hpp"
#include "results/verdict.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using injected::cell;
using testing::HasSubstr;

CellVerdict judge_triples(const ArmSamples& samples, const GateRules& rules = {}) {
  return judge_cell(samples, nullptr, rules).front();
}

TEST(TripleStatistics, refuses_times_that_are_none) {
  for (const double bad : {kNan, 0.0, -1.0, std::numeric_limits<double>::infinity()}) {
    ArmSamples samples = cell("a", {}, 18);
    for (unsigned i = 0; i < 3; ++i) {
      for (double& slice : samples.triples[i].arms[2].slice_ns_per_operation) slice = bad;
    }
    const CellVerdict verdict = judge_triples(samples);
    EXPECT_EQ(verdict.verdict, Verdict::untrusted) << bad;
    EXPECT_EQ(verdict.code, "bad_samples");
    EXPECT_THAT(verdict.reason, HasSubstr("3 of 20 replicates have no usable times"));
    // One bad slice is borne by the median; one bad process of twenty is a warning.
    samples = cell("a", {}, 18);
    samples.triples[0].arms[1].slice_ns_per_operation[0] = bad;
    EXPECT_EQ(judge_triples(samples).verdict, Verdict::pass);
    for (double& slice : samples.triples[0].arms[1].slice_ns_per_operation) slice = bad;
    const CellVerdict warned = judge_triples(samples);
    EXPECT_EQ(warned.verdict, Verdict::pass);
    EXPECT_EQ(warned.replicates, 19U);
    ASSERT_EQ(warned.warnings.size(), 1U);
    EXPECT_EQ(warned.warnings[0].type, "bad_samples");
  }
}

TEST(TripleStatistics, tells_of_disturbed_processes_and_of_other_pages) {
  ArmSamples samples = cell("a", {}, 19);
  for (ArmTriple& triple : samples.triples) triple.arms[0].steal_share = 0.2;
  CellVerdict verdict = judge_triples(samples);
  ASSERT_EQ(verdict.warnings.size(), 1U);
  EXPECT_EQ(verdict.warnings[0].type, "disturbed");
  EXPECT_THAT(verdict.warnings[0].sentence, HasSubstr("in 20 of 20 replicates more than 10 %"));
  samples = cell("a", {}, 19);
  for (ArmTriple& triple : samples.triples) triple.arms[2].huge_share = 0;
  verdict = judge_triples(samples);
  EXPECT_EQ(verdict.verdict, Verdict::untrusted);
  EXPECT_EQ(verdict.code, "other_pages");
  GateRules lenient;
  lenient.require_same_pages = false;
  verdict = judge_triples(samples, lenient);
  EXPECT_EQ(verdict.verdict, Verdict::pass);
  EXPECT_EQ(verdict.warnings[0].type, "other_pages");
}

TEST(TripleStatistics, does_not_compare_times_of_other_work) {
  ArmSamples samples = cell("a", {}, 19);
  for (ArmTriple& triple : samples.triples) {
    for (ArmReplicate& arm : triple.arms) arm.bytes_per_operation = 4096;
  }
  EXPECT_EQ(judge_triples(samples).verdict, Verdict::pass);
  samples.triples[7].arms[2].bytes_per_operation = 4096.0 / 3;
  const CellVerdict verdict = judge_triples(samples);
  EXPECT_EQ(verdict.verdict, Verdict::untrusted);
  EXPECT_EQ(verdict.code, "other_work");
  EXPECT_THAT(verdict.reason, HasSubstr("moved 1365.33 bytes an operation and the base 4096"));
}

TEST(TripleStatistics, tells_of_a_claim_that_no_audit_proves_once_for_each_side) {
  ArmSamples samples = cell("a", {}, 19);
  for (ArmTriple& triple : samples.triples) triple.arms[2].unaudited = "pmembench audit ./x.so";
  const CellVerdict verdict = judge_triples(samples);
  ASSERT_EQ(verdict.warnings.size(), 1U);
  EXPECT_EQ(verdict.warnings[0].type, "unaudited");
  EXPECT_EQ(verdict.warnings[0].sentence,
            "the head's claim of durable is unaudited: run `pmembench audit ./x.so`");
}

TEST(TripleStatistics, judges_percentiles_by_their_own_thresholds) {
  ArmSamples samples = cell("a", {}, 20);
  injected::time_operations({}, samples);
  auto verdicts = judge_cell(samples, nullptr, {});
  std::vector<std::string> metrics;
  for (const CellVerdict& each : verdicts) {
    metrics.push_back(each.metric);
    EXPECT_EQ(each.verdict, Verdict::pass) << each.metric << ": " << each.reason;
  }
  EXPECT_THAT(metrics, testing::ElementsAre("ns_per_operation", "p50", "p99", "p99.9"));
  EXPECT_NEAR(verdicts[2].base_ns, 2010, 30);
  // A tail 1.5 times as long is more than 25 % and less than 100 %.
  samples = cell("a", {}, 20);
  injected::time_operations({.head_tail = 1.5}, samples);
  verdicts = judge_cell(samples, &samples, {});
  EXPECT_EQ(verdicts[1].verdict, Verdict::pass);
  EXPECT_EQ(verdicts[2].verdict, Verdict::regression);
  EXPECT_EQ(verdicts[2].minimal_effect, 0.25);
  EXPECT_EQ(verdicts[3].verdict, Verdict::pass);
}

TEST(TripleStatistics, leaves_out_percentiles_that_n_or_the_clock_cannot_bear) {
  ArmSamples samples = cell("a", {}, 21);
  injected::time_operations({.n = 9'999}, samples);  // 9.999 operations beyond p99.9
  EXPECT_EQ(judge_cell(samples, nullptr, {}).size(), 3U);
  samples = cell("a", {}, 21);
  injected::time_operations({.middle_ns = 120}, samples);
  const auto verdicts = judge_cell(samples, nullptr, {});
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[1].metric, "p99");
  EXPECT_EQ(verdicts[0].warnings[0].type, "quick_operations");
}

TEST(TripleStatistics, does_not_pass_percentiles_that_one_arm_lacks) {
  ArmSamples samples = cell("a", {}, 22);
  injected::time_operations({}, samples);
  samples.triples[4].arms[2].histogram.reset();
  auto verdicts = judge_cell(samples, nullptr, {});
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[1].code, "no_latencies");
  EXPECT_EQ(verdicts[1].verdict, Verdict::untrusted);
  samples.triples[4].arms[2].histogram = Histogram();
  samples.triples[4].arms[2].histogram->record_many(4000, 500);
  verdicts = judge_cell(samples, nullptr, {});
  EXPECT_EQ(verdicts[2].code, "few_operations");
  EXPECT_EQ(verdicts[2].verdict, Verdict::inconclusive);
  EXPECT_THAT(verdicts[2].reason, HasSubstr("a process of the head timed too few operations"));
}

}  // namespace
}  // namespace pmembench
