#include "results/slo_document.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

using State = RateSearch::State;

const LatencyBound kBound{"p99", 0.99, 2000};

SloProcessResult process(State state, double kept) { return {state, kept, 1.05 * kept, 1e6}; }

TEST(SloDocument, gives_the_rate_with_its_interval) {
  std::vector<SloProcessResult> processes;
  for (int i = 0; i < 6; ++i) processes.push_back(process(State::found, 400'000 + 1000.0 * i));
  const SloSummary summary = summarise_slo(kBound, processes);
  EXPECT_EQ(summary.verdict, "FOUND");
  ASSERT_TRUE(summary.rate_per_s);
  EXPECT_TRUE(summary.rate_per_s->has_interval);
  EXPECT_EQ(summary.sentence, "p99 <= 2 us is kept up to 402 k/s (400 k/s to 405 k/s)");
  EXPECT_EQ(to_json(summary)["rate_per_s"]["has_interval"], true);
}

TEST(SloDocument, says_that_too_few_processes_have_no_interval) {
  const SloSummary summary = summarise_slo(kBound, {process(State::found, 400'000)});
  EXPECT_EQ(summary.sentence,
            "p99 <= 2 us is kept up to 400 k/s (too few processes for an interval)");
  EXPECT_EQ(to_json(summary)["rate_per_s"]["low"], nullptr);
}

TEST(SloDocument, says_that_nothing_keeps_the_bound) {
  SloProcessResult none = process(State::never_kept, 0);
  none.missed_per_s = 9000;
  none.lowest_percentile_ns = 41'200;
  const SloSummary summary = summarise_slo(kBound, {none, none});
  EXPECT_EQ(summary.verdict, "NEVER_KEPT");
  EXPECT_FALSE(summary.rate_per_s);
  EXPECT_EQ(
      summary.sentence,
      "p99 <= 2 us is kept at no rate: not even at 9 k/s, the lowest that was tried, where it was "
      "41.2 us");
  EXPECT_EQ(to_json(summary)["rate_per_s"], nullptr);
}

TEST(SloDocument, says_that_the_bound_was_never_reached) {
  const SloSummary summary =
      summarise_slo(kBound, {process(State::always_kept, 1e6), process(State::always_kept, 1e6)});
  EXPECT_EQ(summary.verdict, "ALWAYS_KEPT");
  EXPECT_EQ(
      summary.sentence,
      "p99 <= 2 us is kept up to 1 M/s, all that a closed loop does here: the bound was never "
      "reached");
}

TEST(SloDocument, says_that_processes_disagree) {
  const SloSummary mixed =
      summarise_slo(kBound, {process(State::never_kept, 0), process(State::found, 5000)});
  EXPECT_EQ(mixed.verdict, "MIXED");
  EXPECT_FALSE(mixed.rate_per_s);
  EXPECT_NE(mixed.sentence.find("in 1 of 2 processes"), std::string::npos);
  const SloSummary some =
      summarise_slo(kBound, {process(State::always_kept, 1e6), process(State::found, 9e5)});
  EXPECT_EQ(some.verdict, "FOUND");
  EXPECT_NE(some.sentence.find("in 1 of 2 processes it was kept at all rates"), std::string::npos);
}

TEST(SloDocument, says_that_the_machine_was_disturbed) {
  SloProcessResult quiet = process(State::never_kept, 0);
  SloProcessResult busy = quiet;
  busy.disturbed_share = 0.5;
  EXPECT_EQ(summarise_slo(kBound, {quiet}).sentence.find("something else"), std::string::npos);
  EXPECT_NE(summarise_slo(kBound, {quiet, busy}).sentence.find("in 25 % of the slices"),
            std::string::npos);
  busy.state = State::found;
  busy.kept_per_s = 1000;
  EXPECT_NE(summarise_slo(kBound, {busy}).sentence.find("in 50 % of the slices"),
            std::string::npos);
}

TEST(SloDocument, does_not_blame_a_rate_for_what_others_took) {
  SloProcessResult none = process(State::cannot_tell, 0);
  none.disturbed_share = 0.9;
  const SloSummary summary = summarise_slo(kBound, {none, none});
  EXPECT_EQ(summary.verdict, "CANNOT_TELL");
  EXPECT_NE(summary.sentence.find("because of other work; something else held"), std::string::npos)
      << summary.sentence;
}

TEST(SloDocument, does_not_judge_a_search_that_was_not_finished) {
  EXPECT_EQ(summarise_slo(kBound, {}).verdict, "NOT_MEASURED");
  EXPECT_EQ(summarise_slo(kBound, {process(State::searching, 5)}).verdict, "NOT_MEASURED");
}

}  // namespace
}  // namespace pmembench
