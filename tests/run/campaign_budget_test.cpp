// A campaign whose budget is too small: who is measured, and what is said.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "campaign_run.hpp"
#include "run/slice_budget.hpp"

namespace pmembench {
namespace {

// Devices are in random order: without shares the first ones would take all.
TEST_F(CampaignRunnerTest, gives_every_device_a_share_of_a_budget_that_is_too_small) {
  plan_.cells.clear();
  for (int device = 0; device < 4; ++device) {
    for (int place = 0; place < 10; ++place) {
      Cell cell;
      cell.name = fmt::format("{}{}", device, place);
      cell.media = fmt::format("dram:{}M", device + 1);
      cell.placement.cpus = {0};
      plan_.cells.push_back(cell);
    }
  }
  workers_.slice = [this](const fakes::WorkerRequest&) {
    clock_.advance(kSecond);
    return fakes::quiet_slice(100);
  };
  // Six slices a replicate: room for about twenty of forty cells.
  plan_.settings.budget_ns = 120 * kSecond;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->budget_ended);
  std::map<char, int> measured;
  for (const auto& [name, replicates] : observer_.replicates) {
    ++measured[name.front()];
    EXPECT_EQ(replicates.size(), 1U) << name << ": all have the first before any has the second";
  }
  ASSERT_EQ(measured.size(), 4U);
  for (const auto& [device, cells] : measured) EXPECT_GE(cells, 3) << device;
}

TEST_F(CampaignRunnerTest, comes_back_to_cells_that_a_share_did_not_hold) {
  // The first device is slow, and has its rest when the other has had its turn.
  workers_.slice = [this](const fakes::WorkerRequest& request) {
    clock_.advance(request.cell.media == "dram:1M" ? 4 * kSecond : 1000);
    return fakes::quiet_slice(100);
  };
  plan_.settings.budget_ns = 60 * kSecond;
  plan_.settings.minimum_replicates = plan_.settings.maximum_replicates = 1;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  for (const char* cell : {"a", "b", "c"}) EXPECT_EQ(observer_.replicates[cell].size(), 1U) << cell;
}

TEST_F(CampaignRunnerTest, begins_no_cell_whose_slices_do_not_fit_into_what_is_left) {
  plan_.settings.slices = 1;
  plan_.settings.slice_ns = 5 * kSecond;
  plan_.settings.budget_ns = 15 * kSecond;
  workers_.slice = [this](const fakes::WorkerRequest&) {
    clock_.advance(5 * kSecond);
    return fakes::quiet_slice(100);
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->replicates, 1U) << "two slices took 10 s, and two more do not fit";
  EXPECT_TRUE(outcome->budget_ended);
  EXPECT_EQ(outcome->overran_ns, 0);
  EXPECT_DOUBLE_EQ(least_run_ns(plan_.settings, 3), 3 * 6 * 2 * 5e9);
}

TEST_F(CampaignRunnerTest, begins_no_cell_that_the_whole_budget_does_not_hold) {
  plan_.settings.budget_ns = 15 * kSecond;
  plan_.cells.front().timing = Timing::operation;
  plan_.cells.front().arrival = "fixed";
  plan_.cells.front().rate = "0.1";
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(observer_.replicates.count(plan_.cells.front().name), 0U) << "five slices take 50 s";
  EXPECT_GT(observer_.replicates[plan_.cells.back().name].size(), 0U);
  EXPECT_TRUE(outcome->budget_ended);
}

TEST_F(CampaignRunnerTest, says_how_far_it_ran_over_its_budget) {
  workers_.slice = [this](const fakes::WorkerRequest&) {
    clock_.advance(100 * kSecond);
    return fakes::quiet_slice(100);
  };
  plan_.settings.budget_ns = 60 * kSecond;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->replicates, 1U);
  EXPECT_GE(outcome->overran_ns, 500e9);
}

TEST_F(CampaignRunnerTest, ends_with_a_medium_that_the_budget_does_not_hold) {
  plan_.settings.budget_ns = 60 * kSecond;
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb != "open") return std::nullopt;
    clock_.advance(request.most_ms * 1'000'000);
    return workers_.die("no answer", ETIMEDOUT);
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(workers_.count("open"), 1U) << "the others would fare no better";
  EXPECT_EQ(workers_.log[1].most_ms, 60'000U) << "what is left of the budget";
  EXPECT_TRUE(outcome->budget_ended);
  EXPECT_FALSE(outcome->not_opened.empty());
  EXPECT_EQ(outcome->failed, 0U) << "the cells can be measured with a larger budget";
}

TEST_F(CampaignRunnerTest, gives_a_worker_ten_seconds_to_open_even_if_little_is_left) {
  plan_.settings.budget_ns = kSecond;
  ASSERT_TRUE(run());
  EXPECT_EQ(workers_.log[1].most_ms, 10'000U);
}

TEST_F(CampaignRunnerTest, does_not_open_a_medium_that_took_longer_than_what_is_left) {
  plan_.settings.budget_ns = 50 * kSecond;
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "open") clock_.advance(20 * kSecond);
    return std::nullopt;
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(workers_.count("open"), 2U);
  EXPECT_TRUE(outcome->budget_ended);
  EXPECT_EQ(outcome->overran_ns, 0);
}

}  // namespace
}  // namespace pmembench
