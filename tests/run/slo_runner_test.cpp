#include "run/slo_runner.hpp"

#include <gtest/gtest.h>

#include "plan/arrival_keys.hpp"
#include "run/closed_rates.hpp"
#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

// A device whose p99 is 100 ns up to 1 M/s, and 10 us beyond; its closed loop does 4 M/s.
class SloRunnerTest : public testing::Test {
 protected:
  SloRunnerTest() {
    workers_.slice = [this](const fakes::WorkerRequest& request) {
      if (request.begun.cell.arrival == "closed") return fakes::quiet_slice(250);
      SliceReply slice = fakes::quiet_slice(1e9 / achieved(request));
      slice.backlog_ns = 0;
      return slice;
    };
    workers_.done = [this](const fakes::WorkerRequest& request) {
      CellDoneReply done;
      if (request.begun.cell.arrival == "closed") return done;
      const double asked = asked_per_s(request);
      const std::uint64_t ticks = asked > limit_per_s_ ? 25'000 : 250;  // of 0.4 ns
      done.histogram = {{Histogram::index_of(ticks), operations_}};
      OpenLoopDetails& open = done.extra.open_loop.emplace();
      open.asked_per_s = asked;
      open.closed_loop_per_s = 4e6;
      open.ns_per_tick = 0.4;
      open.service.record_many(250, 100'000);
      return done;
    };
    input_.cell.name = "cell";
    input_.cell.arrival = "fixed";
    input_.cell.timing = Timing::operation;
    input_.bound.share = 0.99;
    input_.bound.limit_ns = 1000;
    input_.processes = 3;
    input_.workers = &workers_;
  }
  double asked_per_s(const fakes::WorkerRequest& request) const {
    const auto rate = parse_rate(request.begun.cell.rate);
    return rate->share > 0 ? rate->share * 4e6 : rate->operations_per_s;
  }
  double achieved(const fakes::WorkerRequest& request) const {
    return std::min(asked_per_s(request), most_per_s_);
  }

  double limit_per_s_ = 1e6, most_per_s_ = 4e6;
  std::uint64_t operations_ = 100'000;  // of a trial
  fakes::ScriptedWorkers workers_;
  SloInput input_;
};

TEST_F(SloRunnerTest, finds_the_rate_in_every_process_of_its_own) {
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings) << findings.error().message;
  ASSERT_EQ(findings->size(), 3u);
  EXPECT_EQ(workers_.started(), kClosedRateProcesses + 3u);
  EXPECT_EQ(workers_.count("gone"), workers_.started());
  for (const RateFinding& finding : *findings) {
    EXPECT_EQ(finding.state, RateSearch::State::found);
    EXPECT_LE(finding.kept_per_s, 1e6);
    EXPECT_GT(finding.missed_per_s, 1e6);
    EXPECT_LE(finding.missed_per_s, finding.kept_per_s * 1.06);
    EXPECT_NEAR(finding.closed_loop_per_s, 4e6, 1);
  }
}

// Every trial met the bound, and none had the operations that a p99.99 takes.
TEST_F(SloRunnerTest, cannot_tell_by_too_few_operations) {
  operations_ = 2000;
  input_.bound.share = 0.9999;
  input_.bound.limit_ns = 1e9;
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings);
  EXPECT_EQ(findings->front().state, RateSearch::State::cannot_tell);
  for (const RateTrial& trial : findings->front().trials) {
    EXPECT_EQ(trial.answer, RateAnswer::cannot_tell);
  }
}

// With more operations beyond the bound than enough of them could have, few are enough.
TEST_F(SloRunnerTest, few_operations_can_miss_a_bound) {
  operations_ = 2000;
  limit_per_s_ = 0;
  input_.bound.share = 0.9999;
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings);
  EXPECT_EQ(findings->front().state, RateSearch::State::never_kept);
}

TEST_F(SloRunnerTest, takes_what_is_done_without_waiting_from_several_processes) {
  workers_.slice = [](const fakes::WorkerRequest& request) {
    if (request.begun.cell.arrival == "closed") {
      return fakes::quiet_slice(request.worker == 1 ? 8000 : 250);  // one that was held up
    }
    SliceReply slice =
        fakes::quiet_slice(1e9 / parse_rate(request.begun.cell.rate)->operations_per_s);
    slice.backlog_ns = 0;
    return slice;
  };
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings);
  EXPECT_NEAR(findings->front().closed_loop_per_s, 4e6, 1e5);
}

TEST_F(SloRunnerTest, says_that_no_rate_keeps_the_bound) {
  limit_per_s_ = 0;
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings);
  EXPECT_EQ(findings->front().state, RateSearch::State::never_kept);
  EXPECT_EQ(findings->front().trials.size(), 1u);
}

TEST_F(SloRunnerTest, a_rate_that_is_not_achieved_does_not_keep_the_bound) {
  limit_per_s_ = 1e9;
  most_per_s_ = 2e6;
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings);
  EXPECT_LE(findings->front().kept_per_s, 2e6 / 0.99);
  EXPECT_GT(findings->front().kept_per_s, 1.8e6);
}

TEST_F(SloRunnerTest, keeps_the_whole_processes_of_an_interrupted_search) {
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.worker < kClosedRateProcesses + 2 || request.verb != "slice") return std::nullopt;
    workers_.interrupt = true;
    return interruption();
  };
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings) << findings.error().message;
  EXPECT_EQ(findings->size(), 2u);
  EXPECT_EQ(workers_.count("gone"), workers_.started());
}

TEST_F(SloRunnerTest, begins_no_process_that_would_end_after_the_budget) {
  fakes::SteppingClock clock(0);
  input_.clock = &clock;
  workers_.fault = [&](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "slice") clock.advance(1'000'000'000);
    return std::nullopt;
  };
  const auto searched_in = [&](double budget_s) {
    input_.budget_ns = static_cast<std::uint64_t>(budget_s * 1e9);
    const std::uint64_t begin_ns = clock.now_ns();
    const auto findings = search_rate(input_);
    EXPECT_TRUE(findings);
    return std::pair{findings->size(), static_cast<double>(clock.now_ns() - begin_ns) * 1e-9};
  };
  const auto [all, all_s] = searched_in(1e6);
  EXPECT_EQ(all, 3u);
  EXPECT_EQ(searched_in(1).first, 1u) << "one process always";
  const auto [two, two_s] = searched_in(all_s - 1);
  EXPECT_EQ(two, 2u);
  EXPECT_LE(two_s, all_s - 1);
}

TEST_F(SloRunnerTest, a_worker_that_dies_ends_the_search) {
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "end") return std::nullopt;
    return workers_.die();
  };
  const auto findings = search_rate(input_);
  ASSERT_FALSE(findings);
  EXPECT_EQ(findings.error().message, "the worker died of SIGBUS (Bus error)");
  EXPECT_EQ(workers_.count("gone"), 1u);
}

TEST_F(SloRunnerTest, tells_every_trial) {
  std::size_t told = 0;
  input_.told = [&](unsigned process, const RateTrial& trial) {
    EXPECT_LT(process, 3u);
    EXPECT_EQ(trial.n, 100'000u);
    ++told;
  };
  const auto findings = search_rate(input_);
  ASSERT_TRUE(findings);
  std::size_t trials = 0;
  for (const RateFinding& finding : *findings) trials += finding.trials.size();
  EXPECT_EQ(told, trials);
}

}  // namespace
}  // namespace pmembench
