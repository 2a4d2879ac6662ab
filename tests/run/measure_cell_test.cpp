#include "run/cell_driver.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <deque>

#include "measure/histogram.hpp"

namespace pmembench {
namespace {

// A worker that answers from a script: slices in order, the last for ever.
struct ScriptedWorker {
  std::deque<SliceReply> slices;
  std::vector<std::string> asked;
  unsigned first_marks = 0;
  std::uint64_t operations_asked = 99;
  CellDoneReply done{.histogram = {}, .counters = {{"operations", 10}}, .figures = {}, .cpus = {0}};

  Result<nlohmann::json> operator()(const nlohmann::json& message, std::uint64_t) {
    const std::string verb = message["do"];
    asked.push_back(verb);
    if (verb == "cell") {
      operations_asked = message["operations"];
      return nlohmann::json{{"is", "ready"}, {"operations", 1000}};
    }
    if (verb == "end") return to_json(done);
    first_marks += message["first"].get<bool>() ? 1 : 0;
    const SliceReply slice = slices.front();
    if (slices.size() > 1) slices.pop_front();
    return to_json(slice);
  }
};

SliceReply quiet(double ns) { return {ns, 100, 6400, 1.0, 0, 0}; }
SliceReply preempted(double ns) { return {ns, 100, 6400, 1.0, 3, 0}; }
SliceReply uneven(double ns) { return {ns, 100, 6400, 0.5, 0, 0}; }

Result<CellOutcome> drive(ScriptedWorker& worker, unsigned slices, std::uint64_t operations = 0) {
  static Cell cell;
  cell.name = "cell";
  CellOrder order;
  order.cell = &cell;
  order.replicate = 4;
  order.slices = slices;
  order.operations = operations;
  return drive_cell([&](const nlohmann::json& m, std::uint64_t t) { return worker(m, t); }, order,
                    OpenedReply{{{"kind", "dram"}}, {0.4, 10, 27, 90, true}, 1e11});
}

TEST(CellDriver, keeps_as_many_slices_as_asked_and_their_median) {
  ScriptedWorker worker;
  for (int i = 0; i < 3; ++i) worker.slices.push_back(quiet(50));  // warm-up: 15 / 5
  for (int i = 0; i < 15; ++i) worker.slices.push_back(quiet(100 + i));
  const auto outcome = drive(worker, 15);
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->replicate.slice_ns_per_operation.size(), 15u);
  EXPECT_EQ(outcome->replicate.median_ns_per_operation, 107);
  EXPECT_EQ(outcome->replicate.operations, 1500u);
  EXPECT_EQ(outcome->replicate.index, 4u);
  EXPECT_EQ(outcome->operations, 1000u);
  EXPECT_EQ(worker.asked.front(), "cell");
  EXPECT_EQ(worker.asked.back(), "end");
  EXPECT_EQ(worker.first_marks, 1u);  // latencies of the warm-up are forgotten once
}

TEST(CellDriver, warms_up_until_the_slope_is_flat) {
  ScriptedWorker worker;
  worker.slices.push_back(quiet(100));
  ASSERT_TRUE(drive(worker, 50));
  // Five equal slices show no slope; then 50 are kept, between "cell" and "end".
  EXPECT_EQ(worker.asked.size(), 1 + 5 + 50 + 1u);
}

TEST(CellDriver, stops_a_warm_up_that_never_settles_at_a_fifth) {
  ScriptedWorker worker;
  for (int i = 0; i < 100; ++i) worker.slices.push_back(quiet(100 * (i + 1)));
  ASSERT_TRUE(drive(worker, 50));
  EXPECT_EQ(worker.asked.size(), 1 + 10 + 50 + 1u);
}

TEST(CellDriver, repeats_a_disturbed_slice) {
  ScriptedWorker worker;
  worker.slices = {quiet(1), preempted(900), uneven(800), quiet(100)};
  const auto outcome = drive(worker, 5);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->replicate.disturbed, 2u);
  EXPECT_EQ(outcome->replicate.slice_ns_per_operation, std::vector<double>(5, 100));
  EXPECT_EQ(outcome->replicate.slice_disturbed, std::vector<bool>(5, false));
  EXPECT_EQ(outcome->replicate.involuntary_switches, 3u);
}

TEST(CellDriver, keeps_and_marks_what_cannot_be_had_undisturbed) {
  ScriptedWorker worker;
  worker.slices.push_back(preempted(900));
  const auto outcome = drive(worker, 5);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->replicate.slice_disturbed, std::vector<bool>(5, true));
  EXPECT_EQ(outcome->replicate.disturbed, 10u);  // five repeated, five kept
}

SliceReply probed(double ns, std::vector<double> probes_ns) {
  SliceReply reply = quiet(ns);
  reply.core_probes_ns = std::move(probes_ns);
  return reply;
}

TEST(CellDriver, says_beside_which_slices_a_core_was_shared) {
  ScriptedWorker worker;
  // The quickest probes of each thread come last, and judge the slices before them all the same.
  worker.slices = {probed(1, {900, 1100}),   probed(100, {800, 2000}), probed(100, {1500, 1010}),
                   probed(100, {990, 1000}), probed(100, {700, 1250}), probed(100, {700, 1000})};
  const auto outcome = drive(worker, 5);
  ASSERT_TRUE(outcome) << outcome.error().message;
  const auto core = nlohmann::json::parse(outcome->replicate.details_json).at("core");
  // 2000 / 1000, 1500 / 700, 990 / 700; not 1250 / 1000.
  EXPECT_DOUBLE_EQ(core.at("shared_share").get<double>(), 0.6);
  EXPECT_DOUBLE_EQ(core.at("slowdown").get<double>(), 2);
  EXPECT_EQ(outcome->replicate.disturbed, 0u);
  EXPECT_DOUBLE_EQ(outcome->cores.slowdown(std::vector<double>{700, 2500}), 2.5);
}

TEST(CellDriver, goes_by_the_quickest_probes_of_the_replicates_before) {
  ScriptedWorker worker;
  worker.slices.push_back(probed(100, {1500}));
  Cell cell;
  CellOrder order;
  order.cell = &cell;
  order.slices = 5;
  order.cores.learn(std::vector<double>{1000});
  const auto outcome =
      drive_cell([&](const nlohmann::json& m, std::uint64_t t) { return worker(m, t); }, order,
                 OpenedReply{{{"kind", "dram"}}, {0.4, 10, 27, 90, true}, 1e11});
  ASSERT_TRUE(outcome) << outcome.error().message;
  const auto core = nlohmann::json::parse(outcome->replicate.details_json).at("core");
  EXPECT_EQ(core.at("shared_share"), 1);
}

TEST(CellDriver, says_nothing_of_cores_that_were_not_probed) {
  ScriptedWorker worker;
  worker.slices.push_back(quiet(100));
  const auto outcome = drive(worker, 5);
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(nlohmann::json::parse(outcome->replicate.details_json).contains("core"));
}

TEST(CellDriver, hands_on_the_operations_that_were_calibrated_before) {
  ScriptedWorker worker;
  worker.slices.push_back(quiet(100));
  ASSERT_TRUE(drive(worker, 5, 777));
  EXPECT_EQ(worker.operations_asked, 777u);
}

TEST(CellDriver, passes_errors_on) {
  const auto dead = [](const nlohmann::json&, std::uint64_t) {
    return Result<nlohmann::json>(Error{ErrorKind::runtime, "the worker died", EPIPE});
  };
  Cell cell;
  CellOrder order;
  order.cell = &cell;
  const auto outcome = drive_cell(dead, order, OpenedReply{});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "the worker died");
}

}  // namespace
}  // namespace pmembench
