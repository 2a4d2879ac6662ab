#include "run/curve_runner.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

Replicate point_replicate(unsigned round, double latency_ns, double bytes_per_s) {
  Replicate replicate;
  replicate.index = round;
  replicate.median_ns_per_operation = latency_ns;
  replicate.slice_ns_per_operation = {latency_ns - 1, latency_ns, latency_ns + 1};
  LoadedDetails& loaded = replicate.details.loaded.emplace();
  loaded.bytes_per_s = bytes_per_s;
  loaded.slice_bytes_per_s = {bytes_per_s, 1.1 * bytes_per_s};
  return replicate;
}

PointSamples samples(double share, std::vector<Replicate> replicates, std::string failure = "") {
  PointSamples point;
  point.share = share;
  point.replicates = std::move(replicates);
  point.failure = std::move(failure);
  return point;
}

TEST(CurveRunner, reads_the_load_of_a_replicate) {
  EXPECT_EQ(load_bytes_per_s_of(point_replicate(0, 100, 5e9)), 5e9);
  EXPECT_EQ(load_bytes_per_s_of(Replicate{}), 0);
}

TEST(CurveRunner, gives_the_curve_of_one_process) {
  const std::vector<PointSamples> points{
      samples(0, {point_replicate(0, 100, 0), point_replicate(1, 102, 0)}),
      samples(50, {point_replicate(0, 110, 5e9), point_replicate(1, 112, 5e9)}),
      samples(100, {point_replicate(0, 300, 9e9), point_replicate(1, 310, 9.1e9)})};
  const auto curve = curve_of_round(points, 1);
  ASSERT_EQ(curve.size(), 3u);
  EXPECT_EQ(curve[1].share, 50);
  EXPECT_EQ(curve[1].latency, 112);
  EXPECT_EQ(curve[2].bandwidth, 9.1e9);
  EXPECT_NEAR(curve[2].latency_error, 1 / std::sqrt(3), 1e-9);
  EXPECT_GT(curve[2].bandwidth_error, 0);
}

TEST(CurveRunner, has_no_curve_of_a_process_that_missed_a_point) {
  const std::vector<PointSamples> points{
      samples(0, {point_replicate(0, 100, 0), point_replicate(1, 100, 0)}),
      samples(100, {point_replicate(0, 300, 9e9)})};
  EXPECT_EQ(curve_of_round(points, 0).size(), 2u);
  EXPECT_TRUE(curve_of_round(points, 1).empty());
}

TEST(CurveRunner, leaves_a_point_out_that_failed) {
  const std::vector<PointSamples> points{samples(0, {point_replicate(0, 100, 0)}),
                                         samples(50, {}, "wrong byte"),
                                         samples(100, {point_replicate(0, 300, 9e9)})};
  EXPECT_EQ(curve_of_round(points, 0).size(), 2u);
}

struct RecordedCurve final : RunObserver {
  std::map<std::string, std::vector<unsigned>> replicates;
  std::map<std::string, std::string> failures;
  void progress(const Progress&) override {}
  Status replicate(const Cell& cell, const Replicate& replicate) override {
    replicates[cell.name].push_back(replicate.index);
    return {};
  }
  Status failure(const Cell& cell, const Error& error) override {
    failures[cell.name] = error.message;
    return {};
  }
};

Cell cell_of_share(double share) {
  Cell cell;
  cell.name = fmt::format("share={:g}", share);
  cell.media = "dram:16M";
  cell.parameters["load_share"] = fmt::format("{:g}", share);
  return cell;
}

// A memory whose latency rises with the load: 100 ns without, 400 ns at 10 GB/s.
class CurveRunTest : public testing::Test {
 protected:
  CurveRunTest() {
    workers_.slice = [](const fakes::WorkerRequest& request) {
      const double share = std::stod(request.cell.parameters.at("load_share")) / 100;
      SliceReply slice = fakes::quiet_slice(100 + 300 * share * share);
      slice.load_bytes_per_s = share * 1e10;
      return slice;
    };
    workers_.done = [](const fakes::WorkerRequest&) {
      CellDoneReply done;
      done.cpus = {0, 1};
      done.extra.loaded.emplace().load_threads = 1;
      return done;
    };
    for (const double share : {0.0, 50.0, 100.0}) {
      input_.skeleton.push_back({cell_of_share(share), share, {}, ""});
    }
    input_.cell_at = [](double share) { return Result<Cell>(cell_of_share(share)); };
    input_.points = 5;
    input_.rounds = 3;
    input_.budget_ns = 1000'000'000'000;
  }
  Result<CurveOutcome> run() {
    input_.workers = &workers_;
    input_.clock = &clock_;
    return run_curve(std::move(input_), observer_);
  }

  fakes::ScriptedWorkers workers_;
  fakes::SteppingClock clock_{1000};
  RecordedCurve observer_;
  CurveInput input_;
};

TEST_F(CurveRunTest, measures_every_point_in_every_round_and_one_process_is_a_round) {
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(outcome->rounds, 3u);
  EXPECT_EQ(outcome->points.size(), 5u);
  EXPECT_EQ(outcome->maximum_bytes_per_s, 1e10);
  EXPECT_EQ(workers_.started(), 3u);
  EXPECT_EQ(workers_.count("gone"), 3u);
  for (const PointSamples& point : outcome->points) EXPECT_EQ(point.replicates.size(), 3u);
  for (std::size_t i = 1; i < outcome->points.size(); ++i) {
    EXPECT_GT(outcome->points[i].share, outcome->points[i - 1].share);
  }
}

TEST_F(CurveRunTest, measures_the_maximum_first_and_gives_it_to_all_other_points) {
  ASSERT_TRUE(run());
  const std::vector<std::string> order = workers_.cells_of("cell");
  EXPECT_EQ(order.front(), "share=100");
  bool first = true;
  for (const auto& request : workers_.log) {
    if (request.verb != "cell") continue;
    EXPECT_EQ(request.begun.load_maximum.has_value(), !first);
    first = false;
  }
}

TEST_F(CurveRunTest, a_point_that_fails_is_left_out_and_not_tried_again) {
  workers_.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "end" && request.cell.name == "share=50")
      return runtime_error("wrong byte");
    return std::nullopt;
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_EQ(observer_.failures["share=50"], "wrong byte");
  const auto order = workers_.cells_of("cell");
  EXPECT_EQ(std::count(order.begin(), order.end(), "share=50"), 1);
  EXPECT_EQ(outcome->rounds, 3u);
}

TEST_F(CurveRunTest, a_maximum_that_fails_or_a_worker_that_dies_is_an_error) {
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "slice") return workers_.die();
    return std::nullopt;
  };
  const auto outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, testing::HasSubstr("SIGBUS"));
  EXPECT_EQ(workers_.count("gone"), workers_.started());
}

TEST_F(CurveRunTest, an_interrupt_keeps_the_rounds_that_are_whole) {
  workers_.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.worker < 2 || request.verb != "slice") return std::nullopt;
    workers_.interrupt = true;
    return interruption();
  };
  const auto outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().message;
  EXPECT_TRUE(outcome->interrupted);
  EXPECT_EQ(outcome->rounds, 2u);
}

TEST_F(CurveRunTest, the_budget_ends_it_and_says_so) {
  input_.budget_ns = 1'000'000'000;
  workers_.slice = [this, inner = workers_.slice](const fakes::WorkerRequest& request) {
    clock_.advance(10'000'000);
    return inner(request);
  };
  input_.rounds = 100;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->budget_ended);
  EXPECT_LT(outcome->rounds, 100u);
  EXPECT_GE(outcome->rounds, 1u);
}

TEST_F(CurveRunTest, measures_all_load_with_fewer_threads_as_well) {
  Cell fewer = cell_of_share(100);
  fewer.name = "fewer";
  input_.fewer_threads = fewer;
  const auto outcome = run();
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(outcome->fewer_threads);
  EXPECT_EQ(outcome->fewer_threads->replicates.size(), 3u);
}

}  // namespace
}  // namespace pmembench
