#include "run/campaign_runner.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "campaign_run.hpp"

namespace pmembench {
namespace {

TEST_F(CampaignRunnerTest, runs_every_cell_in_fresh_processes_until_the_minimum_is_precise) {
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->replicates, 3 * 6u);
  EXPECT_FALSE(outcome->interrupted);
  EXPECT_FALSE(outcome->budget_ended);
  EXPECT_EQ(outcome->failed, 0u);
  // One worker a round and device: two devices, six rounds.
  EXPECT_EQ(workers_.started(), 12u);
  EXPECT_EQ(workers_.count("gone"), 12u);
  for (const char* cell : {"a", "b", "c"}) {
    ASSERT_EQ(observer_.replicates[cell].size(), 6u);
    std::set<unsigned> indices;
    for (const Replicate& replicate : observer_.replicates[cell]) indices.insert(replicate.index);
    EXPECT_EQ(indices, (std::set<unsigned>{0, 1, 2, 3, 4, 5}));
  }
}

// A file was replaced while the run went on: its replicates are not of one thing.
TEST_F(CampaignRunnerTest, fails_a_cell_whose_medium_changed_between_two_processes) {
  workers_.opened.medium.size_bytes = 1 << 20;
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "open" && request.worker >= 4) workers_.opened.medium.size_bytes = 1 << 10;
    return std::nullopt;
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->failed, 3u);
  for (const char* cell : {"a", "b", "c"}) {
    EXPECT_NE(observer_.failures[cell].find("the medium's size was 1 MiB in replicate 0"),
              std::string::npos)
        << observer_.failures[cell];
    EXPECT_EQ(observer_.replicates[cell].size(), 2u);
  }
}

TEST_F(CampaignRunnerTest, does_not_pool_what_was_measured_before_with_another_build) {
  Replicate before;
  before.median_ns_per_operation = 100;
  before.details.software = "pmembench 1 (aa)";
  before_["a"] = {before};
  workers_.opened.software = "pmembench 1 (bb)";
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failed, 1u);
  EXPECT_NE(observer_.failures["a"].find("the software was pmembench 1 (aa)"), std::string::npos);
}

// A share is of one rate, over several processes, and every process is asked for the same.
TEST_F(CampaignRunnerTest, asks_every_replicate_for_the_same_share_of_a_robust_rate) {
  plan_.cells.resize(1);
  plan_.cells[0].timing = Timing::operation;
  plan_.cells[0].arrival = "fixed";
  plan_.cells[0].rate = "50%";
  std::set<std::string> rates;
  workers_.slice = [&rates](const fakes::WorkerRequest& request) {
    if (request.begun.cell.arrival == "closed") {
      return fakes::quiet_slice(request.worker == 2 ? 10'000 : 100);  // one that was held up
    }
    rates.insert(request.begun.cell.rate);
    SliceReply slice = fakes::quiet_slice(200);
    slice.backlog_ns = 0;
    return slice;
  };
  workers_.done = [](const fakes::WorkerRequest& request) {
    CellDoneReply done;
    if (request.begun.cell.arrival != "closed") done.extra.open_loop.emplace().asked_per_s = 5e6;
    return done;
  };
  ASSERT_TRUE(run());
  ASSERT_EQ(rates.size(), 1u);
  EXPECT_NEAR(std::stod(*rates.begin()), 5e6, 1);
  for (const Replicate& replicate : observer_.replicates["a"]) {
    const OpenLoopDetails& open = *replicate.details.open_loop;
    EXPECT_NEAR(open.closed_loop_per_s, 1e7, 1);
    EXPECT_LE(open.closed_loop_low_per_s, open.closed_loop_per_s);
    EXPECT_GE(open.closed_loop_high_per_s, open.closed_loop_per_s);
  }
}

TEST_F(CampaignRunnerTest, calibrates_a_cell_once_and_then_gives_its_operations) {
  ASSERT_TRUE(run());
  std::map<std::string, std::vector<std::uint64_t>> asked;
  for (const auto& request : workers_.log) {
    if (request.verb == "cell") asked[request.cell.name].push_back(request.begun.operations);
  }
  for (const auto& [cell, operations] : asked) {
    EXPECT_EQ(operations, (std::vector<std::uint64_t>{0, 1000, 1000, 1000, 1000, 1000})) << cell;
  }
}

TEST_F(CampaignRunnerTest, goes_on_with_what_is_not_precise_up_to_the_maximum) {
  make_processes_differ("c");
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(observer_.replicates["c"].size(), 10u);
  EXPECT_EQ(observer_.replicates["a"].size(), 6u);
}

TEST_F(CampaignRunnerTest, goes_through_cells_in_an_order_that_differs_by_round) {
  ASSERT_TRUE(run());
  std::set<std::vector<std::string>> orders;
  std::map<unsigned, std::vector<std::string>> by_worker;
  for (const auto& request : workers_.log) {
    if (request.verb == "cell") by_worker[request.worker].push_back(request.cell.name);
  }
  for (const auto& [worker, cells] : by_worker) {
    if (cells.size() == 2) orders.insert(cells);
  }
  EXPECT_EQ(orders.size(), 2u);
}

TEST_F(CampaignRunnerTest, resumes_where_the_fewest_replicates_are) {
  for (unsigned index = 0; index < 4; ++index) {
    for (const char* cell : {"a", "b", "c"}) {
      if (cell[0] == 'c' && index == 3) continue;  // one behind
      Replicate replicate;
      replicate.index = index;
      replicate.median_ns_per_operation = 100;
      before_[cell].push_back(replicate);
    }
  }
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(observer_.replicates["a"].size(), 2u);
  EXPECT_EQ(observer_.replicates["b"].size(), 2u);
  ASSERT_EQ(observer_.replicates["c"].size(), 3u);
  EXPECT_EQ(observer_.replicates["c"].front().index, 3u);
  EXPECT_EQ(observer_.replicates["a"].front().index, 4u);
}

TEST_F(CampaignRunnerTest, does_not_try_again_what_failed_before_or_was_skipped) {
  failed_ = {"a"};
  plan_.cells[1].skip_reason = "no such instruction";
  ASSERT_TRUE(run());
  EXPECT_FALSE(observer_.replicates.contains("a"));
  EXPECT_FALSE(observer_.replicates.contains("b"));
  EXPECT_EQ(observer_.replicates["c"].size(), 6u);
}

TEST_F(CampaignRunnerTest, a_worker_that_dies_fails_its_cell_and_the_others_get_another) {
  fail_once("a", "slice", [this] { return workers_.die(); });
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->failed, 1u);
  EXPECT_EQ(observer_.failures["a"], "the worker died of SIGBUS (Bus error)");
  EXPECT_EQ(observer_.replicates["a"].size(), 0u);
  EXPECT_EQ(observer_.replicates["b"].size(), 6u);
  EXPECT_EQ(observer_.replicates["c"].size(), 6u);
  // None is left behind, and no request goes to the dead.
  EXPECT_EQ(workers_.count("gone"), workers_.started());
}

TEST_F(CampaignRunnerTest, a_refused_cell_leaves_its_worker_to_the_others) {
  fail_once("a", "cell", [] { return runtime_error("wrong bytes"); });
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(observer_.failures["a"], "wrong bytes");
  EXPECT_EQ(workers_.started(), 12u);
  EXPECT_EQ(observer_.replicates["b"].size(), 6u);
}

TEST_F(CampaignRunnerTest, a_medium_that_does_not_open_fails_the_cells_of_its_device) {
  workers_.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "open" && request.cell.media == "dram:1M") {
      return environment_error("no memory");
    }
    return std::nullopt;
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failed, 2u);
  EXPECT_EQ(observer_.failures["a"], "no memory");
  EXPECT_EQ(observer_.failures["b"], "no memory");
  EXPECT_EQ(observer_.replicates["c"].size(), 6u);
}

TEST_F(CampaignRunnerTest, a_worker_that_cannot_be_started_ends_the_run) {
  workers_.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "start") return runtime_error("no process for a worker");
    return std::nullopt;
  };
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "no process for a worker");
}

TEST_F(CampaignRunnerTest, a_store_that_is_full_ends_the_run) {
  observer_.full = runtime_error("the disk is full");
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "the disk is full");
  EXPECT_EQ(workers_.count("gone"), workers_.started());
}

TEST_F(CampaignRunnerTest, an_interrupt_ends_the_run_and_keeps_what_is_whole) {
  unsigned slices = 0;
  workers_.fault = [&](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "slice" || ++slices < 30) return std::nullopt;
    workers_.interrupt = true;
    return interruption();
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_FALSE(outcome->budget_ended);
  EXPECT_EQ(outcome->failed, 0u);
  EXPECT_TRUE(observer_.failures.empty());
  EXPECT_GT(outcome->replicates, 0u);
  EXPECT_LT(outcome->replicates, 18u);
  EXPECT_EQ(workers_.count("gone"), workers_.started());
}

TEST_F(CampaignRunnerTest, no_cell_begins_after_the_budget) {
  workers_.slice = [this](const fakes::WorkerRequest&) {
    clock_.advance(kSecond);
    return fakes::quiet_slice(100);
  };
  plan_.settings.budget_ns = 60 * kSecond;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->budget_ended);
  EXPECT_FALSE(outcome->interrupted);
  // A replicate takes six slices of a second at least: no more than eleven begin in a minute.
  EXPECT_LE(outcome->replicates, 11u);
  EXPECT_GE(outcome->replicates, 5u);
}

// Its slice is as long as the time between two arrivals, 100 s: once is all that is tried.
TEST_F(CampaignRunnerTest, a_cell_that_does_not_fit_any_more_leaves_its_time_to_the_others) {
  plan_.cells[0].timing = Timing::operation;
  plan_.cells[0].arrival = "fixed";
  plan_.cells[0].rate = "0.01";
  workers_.slice = [this](const fakes::WorkerRequest& request) {
    clock_.advance(request.cell.rate.empty() ? kSecond / 1000 : 100 * kSecond);
    return fakes::quiet_slice(100);
  };
  plan_.settings.budget_ns = 1000 * kSecond;
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_LE(observer_.replicates[plan_.cells[0].name].size(), 2u);
  for (std::size_t i = 1; i < plan_.cells.size(); ++i) {
    EXPECT_EQ(observer_.replicates[plan_.cells[i].name].size(), 6u) << plan_.cells[i].name;
  }
}

TEST_F(CampaignRunnerTest, shows_how_far_it_is) {
  ASSERT_TRUE(run());
  ASSERT_FALSE(observer_.shown.empty());
  EXPECT_EQ(observer_.shown.front().cells, 3u);
  EXPECT_EQ(observer_.shown.front().open, 3u);
  EXPECT_EQ(observer_.shown.front().round, 1u);
  EXPECT_EQ(observer_.shown.back().round, 6u);
  EXPECT_GE(observer_.shown.back().left_s, 0);
}

// From the second replicate of each cell on, the time left is right within a factor of two: of a
// run that ends with its budget, and of one that is sure long before.
void expect_good_forecasts(const std::vector<Progress>& shown, double end_s, unsigned from_round) {
  std::size_t judged = 0;
  for (const Progress& progress : shown) {
    const double left_s = end_s - progress.elapsed_s;
    if (progress.round < from_round || left_s < 2) continue;
    ++judged;
    EXPECT_LE(progress.left_s, 2 * left_s) << "at " << progress.elapsed_s << " s of " << end_s;
    EXPECT_GE(progress.left_s, left_s / 2) << "at " << progress.elapsed_s << " s of " << end_s;
  }
  EXPECT_GT(judged, 3U);
}

TEST_F(CampaignRunnerTest, knows_that_a_noisy_run_takes_its_whole_budget) {
  workers_.slice = [this](const fakes::WorkerRequest&) {
    clock_.advance(kSecond / 20);
    return fakes::quiet_slice(workers_.started() / 2 % 2 == 0 ? 100 : 200);
  };
  plan_.settings.budget_ns = 60 * kSecond;
  plan_.settings.maximum_replicates = 1000;
  ASSERT_TRUE(run());
  expect_good_forecasts(observer_.shown, 60, 3);
}

TEST_F(CampaignRunnerTest, knows_that_a_quiet_run_ends_early) {
  workers_.slice = [this](const fakes::WorkerRequest&) {
    clock_.advance(kSecond / 20);
    return fakes::quiet_slice(100);
  };
  plan_.settings.budget_ns = 6000 * kSecond;
  ASSERT_TRUE(run());
  expect_good_forecasts(observer_.shown, observer_.shown.back().elapsed_s, 3);
}

}  // namespace
}  // namespace pmembench
