#include "run/measure_point.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

// A worker whose slices come from a list, the last for ever.
struct PointWorker {
  std::vector<SliceReply> slices;
  fakes::ScriptedWorkers workers;

  Result<Replicate> measure(unsigned most = 10) {
    std::size_t at = 0;
    workers.opened.timer = {0.5, 10, 28, 90, true};
    workers.slice = [&](const fakes::WorkerRequest&) {
      return slices[std::min(at++, slices.size() - 1)];
    };
    workers.done = [](const fakes::WorkerRequest&) {
      CellDoneReply done;
      done.histogram = {{100, 5}};
      done.cpus = {0, 1};
      LoadedDetails& loaded = done.extra.loaded.emplace();
      loaded.chunk = 4;
      loaded.load_threads = 1;
      return done;
    };
    Cell cell;
    cell.name = "point";
    auto worker = open_worker(workers, cell);
    if (!worker) return worker.error();
    PointOrder order;
    order.cell = &cell;
    order.replicate = 3;
    order.most_slices = most;
    order.load_maximum = 5e9;
    return measure_point(**worker, order);
  }
};

SliceReply slice(double latency_ns, double bytes_per_s, std::uint64_t switches = 0) {
  SliceReply reply = fakes::quiet_slice(latency_ns);
  reply.involuntary_switches = switches;
  reply.load_bytes_per_s = bytes_per_s;
  return reply;
}

TEST(MeasurePoint, drops_the_first_slice_and_stops_once_it_knows_enough) {
  PointWorker worker;
  worker.slices = {slice(900, 1e9), slice(100, 4e9)};
  const auto replicate = worker.measure();
  ASSERT_TRUE(replicate) << replicate.error().message;
  EXPECT_EQ(replicate->slice_ns_per_operation, std::vector<double>(4, 100));
  EXPECT_EQ(replicate->median_ns_per_operation, 100);
  EXPECT_EQ(replicate->index, 3u);
  EXPECT_EQ(worker.workers.count("slice"), 5u);
  for (const auto& request : worker.workers.log) {
    if (request.verb == "cell") {
      EXPECT_EQ(request.begun.load_maximum, 5e9);
    }
  }
  ASSERT_TRUE(replicate->details.loaded);
  const LoadedDetails& loaded = *replicate->details.loaded;
  EXPECT_EQ(loaded.bytes_per_s, 4e9);
  EXPECT_EQ(loaded.steady->steady, true);
  EXPECT_EQ(loaded.steady->within_precision, true);
  EXPECT_EQ(loaded.steady->dropped_slices, 1u);
}

TEST(MeasurePoint, gives_latency_by_load_and_not_by_chunk) {
  PointWorker worker;
  worker.slices = {slice(100, 4e9)};
  const auto replicate = worker.measure();
  ASSERT_TRUE(replicate);
  EXPECT_DOUBLE_EQ(replicate->ns_per_tick, 0.125);
  EXPECT_DOUBLE_EQ(replicate->floor_ns, 7);
  EXPECT_EQ(replicate->histogram->count(), 5u);
}

TEST(MeasurePoint, goes_on_while_there_is_a_trend) {
  PointWorker worker;
  for (int i = 0; i < 6; ++i) worker.slices.push_back(slice(200 - 15 * i, 1e9 + 2e8 * i));
  worker.slices.push_back(slice(110, 2.2e9));
  const auto replicate = worker.measure(40);
  ASSERT_TRUE(replicate);
  EXPECT_EQ(replicate->details.loaded->steady->steady, true);
  EXPECT_GT(replicate->details.loaded->steady->dropped_slices, 3u);
  EXPECT_EQ(replicate->median_ns_per_operation, 110);
}

TEST(MeasurePoint, says_that_a_point_did_not_settle) {
  PointWorker worker;
  for (int i = 0; i < 100; ++i) worker.slices.push_back(slice(100 + 10 * i, 1e9));
  const auto replicate = worker.measure(8);
  ASSERT_TRUE(replicate);
  EXPECT_EQ(replicate->details.loaded->steady->steady, false);
  EXPECT_EQ(worker.workers.count("slice"), 8u);
}

TEST(MeasurePoint, leaves_preempted_slices_out_where_others_are_left) {
  PointWorker worker;
  worker.slices = {slice(100, 4e9), slice(100, 4e9), slice(190, 3e9, 2), slice(100, 4e9),
                   slice(101, 4e9), slice(99, 4e9),  slice(180, 3e9, 1), slice(100, 4e9)};
  const auto replicate = worker.measure(8);
  ASSERT_TRUE(replicate);
  EXPECT_GE(replicate->disturbed, 1u);
  for (const double ns : replicate->slice_ns_per_operation) EXPECT_LT(ns, 150);
  EXPECT_EQ(replicate->involuntary_switches, 3u);
}

TEST(MeasurePoint, takes_an_idle_load_for_steady) {
  PointWorker worker;
  worker.slices = {slice(100, 0)};
  const auto replicate = worker.measure();
  ASSERT_TRUE(replicate);
  EXPECT_EQ(replicate->details.loaded->bytes_per_s, 0);
  EXPECT_EQ(replicate->details.loaded->steady->steady, true);
  EXPECT_EQ(worker.workers.count("slice"), 5u);
}

TEST(MeasurePoint, passes_errors_on) {
  PointWorker worker;
  worker.slices = {slice(100, 0)};
  worker.workers.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.slice == 2) return runtime_error("the worker died");
    return std::nullopt;
  };
  const auto replicate = worker.measure();
  ASSERT_FALSE(replicate);
  EXPECT_EQ(replicate.error().message, "the worker died");
}

}  // namespace
}  // namespace pmembench
