#include "run/measure_cell.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.hpp"
#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

using fakes::preempted_slice;
using fakes::quiet_slice;
using fakes::uneven_slice;

// A worker whose slices come from a list, the last for ever.
struct ListedWorker {
  std::vector<SliceReply> slices;
  fakes::ScriptedWorkers workers;

  Result<CellOutcome> measure(unsigned count, std::uint64_t operations = 0, CoreWatch cores = {}) {
    std::size_t at = 0;
    workers.slice = [&](const fakes::WorkerRequest&) {
      return slices[std::min(at++, slices.size() - 1)];
    };
    Cell cell;
    cell.name = "cell";
    auto worker = open_worker(workers, cell);
    if (!worker) return worker.error();
    CellOrder order;
    order.cell = &cell;
    order.replicate = 4;
    order.slices = count;
    order.operations = operations;
    order.cores = std::move(cores);
    return measure_cell(**worker, order);
  }
};

TEST(MeasureCell, keeps_as_many_slices_as_asked_and_their_median) {
  ListedWorker worker;
  for (int i = 0; i < 3; ++i) worker.slices.push_back(quiet_slice(50));  // warm-up: 15 / 5
  for (int i = 0; i < 15; ++i) worker.slices.push_back(quiet_slice(100 + i));
  const auto outcome = worker.measure(15);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->replicate.slice_ns_per_operation.size(), 15u);
  EXPECT_EQ(outcome->replicate.median_ns_per_operation, 107);
  EXPECT_EQ(outcome->replicate.operations, 1500u);
  EXPECT_EQ(outcome->replicate.index, 4u);
  EXPECT_EQ(outcome->operations, 1000u);
  std::size_t firsts = 0;  // latencies of the warm-up are forgotten once
  for (const auto& request : worker.workers.log) firsts += request.first && request.verb == "slice";
  EXPECT_EQ(firsts, 1u);
  EXPECT_EQ(worker.workers.count("end"), 1u);
}

TEST(MeasureCell, warms_up_until_the_slope_is_flat) {
  ListedWorker worker;
  worker.slices.push_back(quiet_slice(100));
  ASSERT_TRUE(worker.measure(50));
  // Five equal slices show no slope; then 50 are kept.
  EXPECT_EQ(worker.workers.count("slice"), 5 + 50u);
}

TEST(MeasureCell, stops_a_warm_up_that_never_settles_at_a_fifth) {
  ListedWorker worker;
  for (int i = 0; i < 100; ++i) worker.slices.push_back(quiet_slice(100 * (i + 1)));
  ASSERT_TRUE(worker.measure(50));
  EXPECT_EQ(worker.workers.count("slice"), 10 + 50u);
}

TEST(MeasureCell, takes_the_turns_of_a_workload_in_order_and_keeps_whole_blocks) {
  fakes::ScriptedWorkers workers;
  unsigned taken = 0;
  workers.slice = [&](const fakes::WorkerRequest& request) {
    // One slice is disturbed: its block is taken again.
    return ++taken == 5 ? preempted_slice(900) : quiet_slice(100 + request.turn);
  };
  Cell cell;
  cell.name = "cell";
  cell.workload = "pairs";
  auto worker = open_worker(workers, cell);
  ASSERT_TRUE(worker);
  CellOrder order;
  order.cell = &cell;
  order.slices = 5;
  const auto outcome = measure_cell(**worker, order);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const std::vector<double> expected{100, 101, 100, 101, 100, 101, 100, 101, 100, 101};
  EXPECT_EQ(outcome->replicate.slice_ns_per_operation, expected);
  std::size_t firsts = 0;
  for (const auto& request : workers.log) firsts += request.first && request.verb == "slice";
  EXPECT_EQ(firsts, 1U);
}

TEST(MeasureCell, repeats_a_disturbed_slice) {
  ListedWorker worker;
  worker.slices = {quiet_slice(1), preempted_slice(900), uneven_slice(800), quiet_slice(100)};
  const auto outcome = worker.measure(5);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->replicate.disturbed, 2u);
  EXPECT_EQ(outcome->replicate.slice_ns_per_operation, std::vector<double>(5, 100));
  EXPECT_EQ(outcome->replicate.slice_disturbed, std::vector<bool>(5, false));
  EXPECT_EQ(outcome->replicate.involuntary_switches, 3u);
}

TEST(MeasureCell, keeps_and_flags_what_stays_disturbed) {
  ListedWorker worker;
  worker.slices.push_back(preempted_slice(900));
  const auto outcome = worker.measure(5);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->replicate.slice_disturbed, std::vector<bool>(5, true));
  EXPECT_EQ(outcome->replicate.disturbed, 10u);  // five repeated, five kept
}

SliceReply probed(double ns, std::vector<double> probes_ns) {
  SliceReply reply = quiet_slice(ns);
  reply.core_probes_ns = std::move(probes_ns);
  return reply;
}

TEST(MeasureCell, says_beside_which_slices_a_core_was_shared) {
  ListedWorker worker;
  // The quickest probes of each thread come last, and judge the slices before them all the same.
  worker.slices = {probed(1, {900, 1100}),   probed(100, {800, 2000}), probed(100, {1500, 1010}),
                   probed(100, {990, 1000}), probed(100, {700, 1250}), probed(100, {700, 1000})};
  const auto outcome = worker.measure(5);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const auto& core = outcome->replicate.details.core;
  ASSERT_TRUE(core);
  // 2000 / 1000, 1500 / 700, 990 / 700; not 1250 / 1000.
  EXPECT_DOUBLE_EQ(core->shared_share, 0.6);
  EXPECT_DOUBLE_EQ(core->slowdown, 2);
  EXPECT_EQ(outcome->replicate.disturbed, 0u);
  EXPECT_DOUBLE_EQ(outcome->cores.slowdown(std::vector<double>{700, 2500}), 2.5);
}

TEST(MeasureCell, goes_by_the_quickest_probes_of_the_replicates_before) {
  ListedWorker worker;
  worker.slices.push_back(probed(100, {1500}));
  CoreWatch cores;
  cores.learn(std::vector<double>{1000});
  const auto outcome = worker.measure(5, 0, cores);
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_TRUE(outcome->replicate.details.core);
  EXPECT_EQ(outcome->replicate.details.core->shared_share, 1);
}

TEST(MeasureCell, says_nothing_of_cores_that_were_not_probed) {
  ListedWorker worker;
  worker.slices.push_back(quiet_slice(100));
  const auto outcome = worker.measure(5);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->replicate.details.core);
}

TEST(MeasureCell, passes_the_operations_that_were_calibrated_before) {
  ListedWorker worker;
  worker.slices.push_back(quiet_slice(100));
  ASSERT_TRUE(worker.measure(5, 777));
  for (const auto& request : worker.workers.log) {
    if (request.verb == "cell") {
      EXPECT_EQ(request.begun.operations, 777u);
    }
  }
}

TEST(MeasureCell, draws_addresses_of_its_own_in_every_process) {
  ListedWorker worker;
  worker.slices.push_back(quiet_slice(100));
  ASSERT_TRUE(worker.measure(5));
  for (const auto& request : worker.workers.log) {
    if (request.verb == "cell") {
      EXPECT_EQ(request.begun.cell.seed, mix_seed(4));
    }
  }
}

class MeasureCellFailure : public testing::TestWithParam<const char*> {};

TEST_P(MeasureCellFailure, passes_the_error_of_each_request_on) {
  ListedWorker worker;
  worker.slices.push_back(quiet_slice(100));
  worker.workers.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == GetParam()) return runtime_error("the worker died");
    return std::nullopt;
  };
  const auto outcome = worker.measure(5);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "the worker died");
}

INSTANTIATE_TEST_SUITE_P(AtEveryRequest, MeasureCellFailure,
                         testing::Values("open", "cell", "slice", "end"));

}  // namespace
}  // namespace pmembench
