#include "run/curve_visit.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <deque>

namespace pmembench {
namespace {

// A worker that answers from a script: slices in order, the last for ever.
struct CurveWorker {
  std::deque<SliceReply> slices;
  std::vector<bool> first_marks;
  nlohmann::json cell;

  Result<nlohmann::json> operator()(const nlohmann::json& message, std::uint64_t) {
    const std::string verb = message["do"];
    if (verb == "cell") {
      cell = message;
      return nlohmann::json{{"is", "ready"}, {"operations", 0}};
    }
    if (verb == "end") {
      CellDoneReply done;
      done.histogram = {{100, 5}};
      done.cpus = {0, 1};
      done.extra = {{"loaded", {{"chunk", 4}, {"load_threads", 1}}}};
      return to_json(done);
    }
    first_marks.push_back(message["first"].get<bool>());
    const SliceReply slice = slices.front();
    if (slices.size() > 1) slices.pop_front();
    return to_json(slice);
  }
};

SliceReply slice(double latency_ns, double bytes_per_s, std::uint64_t switches = 0) {
  SliceReply reply{latency_ns, 100, 6400, 1.0, switches, 0, std::nullopt, std::nullopt};
  reply.load_bytes_per_s = bytes_per_s;
  return reply;
}

Result<Replicate> visit(CurveWorker& worker, unsigned most = 10) {
  static Cell cell;
  cell.name = "point";
  VisitOrder order;
  order.cell = &cell;
  order.replicate = 3;
  order.most_slices = most;
  order.load_maximum = 5e9;
  return visit_point([&](const nlohmann::json& m, std::uint64_t t) { return worker(m, t); }, order,
                     OpenedReply{{{"kind", "dram"}}, {0.5, 10, 28, 90, true}, 1e11});
}

nlohmann::json loaded_of(const Replicate& replicate) {
  return nlohmann::json::parse(replicate.details_json)["loaded"];
}

TEST(CurveVisit, drops_the_first_slice_and_stops_once_it_knows_enough) {
  CurveWorker worker;
  worker.slices = {slice(900, 1e9), slice(100, 4e9)};
  const auto replicate = visit(worker);
  ASSERT_TRUE(replicate) << replicate.error().message;
  EXPECT_EQ(replicate->slice_ns_per_operation, std::vector<double>(4, 100));
  EXPECT_EQ(replicate->median_ns_per_operation, 100);
  EXPECT_EQ(replicate->index, 3u);
  EXPECT_EQ(worker.first_marks, (std::vector<bool>{true, true, false, false, false}));
  EXPECT_EQ(worker.cell["load_maximum"], 5e9);
  const nlohmann::json loaded = loaded_of(*replicate);
  EXPECT_EQ(loaded["bytes_per_s"], 4e9);
  EXPECT_EQ(loaded["steady"], true);
  EXPECT_EQ(loaded["within_precision"], true);
  EXPECT_EQ(loaded["dropped_slices"], 1);
}

TEST(CurveVisit, gives_latency_by_load_and_not_by_chunk) {
  CurveWorker worker;
  worker.slices = {slice(100, 4e9)};
  const auto replicate = visit(worker);
  ASSERT_TRUE(replicate);
  EXPECT_DOUBLE_EQ(replicate->ns_per_tick, 0.125);
  EXPECT_DOUBLE_EQ(replicate->floor_ns, 7);
  EXPECT_EQ(replicate->histogram->count(), 5u);
}

TEST(CurveVisit, goes_on_while_there_is_a_trend) {
  CurveWorker worker;
  for (int i = 0; i < 6; ++i) worker.slices.push_back(slice(200 - 15 * i, 1e9 + 2e8 * i));
  worker.slices.push_back(slice(110, 2.2e9));
  const auto replicate = visit(worker, 40);
  ASSERT_TRUE(replicate);
  EXPECT_EQ(loaded_of(*replicate)["steady"], true);
  EXPECT_GT(loaded_of(*replicate)["dropped_slices"], 3);
  EXPECT_EQ(replicate->median_ns_per_operation, 110);
}

TEST(CurveVisit, says_that_a_point_did_not_settle) {
  CurveWorker worker;
  for (int i = 0; i < 100; ++i) worker.slices.push_back(slice(100 + 10 * i, 1e9));
  const auto replicate = visit(worker, 8);
  ASSERT_TRUE(replicate);
  EXPECT_EQ(loaded_of(*replicate)["steady"], false);
  EXPECT_EQ(worker.first_marks.size(), 8u);
}

TEST(CurveVisit, leaves_preempted_slices_out_where_others_are_left) {
  CurveWorker worker;
  worker.slices = {slice(100, 4e9), slice(100, 4e9), slice(190, 3e9, 2), slice(100, 4e9),
                   slice(101, 4e9), slice(99, 4e9),  slice(180, 3e9, 1), slice(100, 4e9)};
  const auto replicate = visit(worker, 8);
  ASSERT_TRUE(replicate);
  EXPECT_GE(replicate->disturbed, 1u);
  for (const double ns : replicate->slice_ns_per_operation) EXPECT_LT(ns, 150);
  EXPECT_EQ(replicate->involuntary_switches, 3u);
}

TEST(CurveVisit, takes_an_idle_load_for_steady) {
  CurveWorker worker;
  worker.slices = {slice(100, 0)};
  const auto replicate = visit(worker);
  ASSERT_TRUE(replicate);
  EXPECT_EQ(loaded_of(*replicate)["bytes_per_s"], 0);
  EXPECT_EQ(loaded_of(*replicate)["steady"], true);
  EXPECT_EQ(worker.first_marks.size(), 5u);
}

TEST(CurveVisit, passes_errors_on) {
  Cell cell;
  VisitOrder order;
  order.cell = &cell;
  const auto dead = [](const nlohmann::json&, std::uint64_t) {
    return Result<nlohmann::json>(Error{ErrorKind::runtime, "the worker died", EPIPE});
  };
  const auto replicate = visit_point(dead, order, OpenedReply{});
  ASSERT_FALSE(replicate);
  EXPECT_EQ(replicate.error().message, "the worker died");
}

}  // namespace
}  // namespace pmembench
