#include "run/checked_worker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One cell of one thread, on a scripted worker whose answers a test changes.
class CheckedWorkerTest : public testing::Test {
 protected:
  CheckedWorkerTest() {
    cell_.name = "a";
    cell_.placement.cpus = {0};
    // 100 ns for 64 bytes are 6.4e8 bytes a second.
    workers_.opened.ceiling_bytes_per_s = 1e9;
  }
  // The first refusal of a cell of three slices; "" where all was believed.
  std::string refusal() {
    auto started = workers_.start(cell_);
    auto worker = checked(std::move(started).value());
    if (const Status opened = worker->await_open(); !opened) return opened.error().message;
    const auto begun = worker->begin_cell({cell_, 500'000, 0});
    if (!begun) return begun.error().message;
    for (unsigned i = 0; i < 3; ++i) {
      const auto slice = worker->take_slice(i == 1);
      if (!slice) return slice.error().message;
    }
    const auto done = worker->end_cell();
    return done ? "" : done.error().message;
  }
  std::string with_slice(const SliceReply& slice) {
    workers_.slice = [slice](const fakes::WorkerRequest&) { return slice; };
    return refusal();
  }
  // Two slices of 100 operations of 100 ns count after the first; ticks of 0.4 ns.
  std::string with_latencies(std::uint64_t count, double ns) {
    workers_.done = [count, ns](const fakes::WorkerRequest&) {
      CellDoneReply reply;
      Histogram histogram;
      histogram.record_many(static_cast<std::uint64_t>(ns / 0.4), count);
      reply.histogram = histogram.sparse();
      return reply;
    };
    return refusal();
  }

  Cell cell_;
  fakes::ScriptedWorkers workers_;
};

TEST_F(CheckedWorkerTest, refuses_slices_that_took_longer_than_was_waited) {
  SliceReply slice = fakes::quiet_slice(100);
  slice.operations = std::numeric_limits<std::uint64_t>::max();
  EXPECT_THAT(with_slice(slice), HasSubstr("18446744073709551615 operations of 100 ns, whose"));
  slice = fakes::quiet_slice(1e300);
  EXPECT_THAT(with_slice(slice), HasSubstr("operations of 1e+300 ns, whose"));
}

TEST_F(CheckedWorkerTest, believes_what_can_be) {
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(with_latencies(200, 100), "");
}

TEST_F(CheckedWorkerTest, refuses_times_of_no_machine) {
  for (const double ns : {1e-300, 0.0, -1.0, kInfinity, std::nan("")}) {
    EXPECT_THAT(with_slice(fakes::quiet_slice(ns)), HasSubstr("an operation that takes")) << ns;
  }
}

TEST_F(CheckedWorkerTest, refuses_slices_without_work) {
  SliceReply idle = fakes::quiet_slice(100);
  idle.operations = 0;
  EXPECT_THAT(with_slice(idle), HasSubstr("a slice without an operation"));
}

TEST_F(CheckedWorkerTest, refuses_bytes_above_the_ceiling_unless_nothing_moves) {
  SliceReply fast = fakes::quiet_slice(100);
  fast.bytes = 100 * 256;
  EXPECT_THAT(with_slice(fast), HasSubstr("is above the physical ceiling"));
  cell_.threads = 4;
  EXPECT_EQ(refusal(), "");
  cell_.threads = 1;
  cell_.capabilities.does_work = false;
  EXPECT_EQ(refusal(), "");
  cell_.capabilities.does_work = true;
  SliceReply loaded = fakes::quiet_slice(100);
  loaded.load_bytes_per_s = 1e12;
  EXPECT_THAT(with_slice(loaded), HasSubstr("is above the physical ceiling"));
}

TEST_F(CheckedWorkerTest, refuses_clocks_and_caches_of_no_machine) {
  for (const double tick : {0.0, -0.4, 1e-9, 1e6, kInfinity, std::nan("")}) {
    workers_.opened.timer.ns_per_tick = tick;
    EXPECT_THAT(refusal(), HasSubstr("a tick of its clock")) << tick;
  }
  workers_.opened.timer.ns_per_tick = 0.4;
  workers_.opened.timer.floor_issue_ns = -1;
  EXPECT_THAT(refusal(), HasSubstr("with floors of -1"));
  workers_.opened.timer.floor_issue_ns = 10;
  workers_.opened.ceiling_bytes_per_s = 1e300;
  EXPECT_THAT(refusal(), HasSubstr("a first-level cache that gives"));
  workers_.opened.ceiling_bytes_per_s = 1e9;
  workers_.opened.medium.huge_share = 7;
  EXPECT_THAT(refusal(), HasSubstr("a share of huge pages of 7"));
}

TEST_F(CheckedWorkerTest, refuses_latencies_that_do_not_fit_the_rate) {
  EXPECT_THAT(with_latencies(201, 100), HasSubstr("201 latencies of 200 operations"));
  EXPECT_THAT(with_latencies(200, 500), HasSubstr("with a mean latency of"));
  cell_.arrival = "fixed";  // operations wait
  EXPECT_EQ(refusal(), "");
}

TEST_F(CheckedWorkerTest, says_nothing_of_latencies_where_a_thread_was_preempted) {
  workers_.slice = [](const fakes::WorkerRequest&) { return fakes::preempted_slice(100); };
  EXPECT_EQ(with_latencies(200, 500), "");
}

TEST_F(CheckedWorkerTest, refuses_other_numbers_that_are_none) {
  SliceReply slice = fakes::quiet_slice(100);
  slice.overlap = 1.5;
  EXPECT_THAT(with_slice(slice), HasSubstr("an overlap of 1.5"));
  slice = fakes::quiet_slice(100);
  slice.backlog_ns = kInfinity;
  EXPECT_THAT(with_slice(slice), HasSubstr("a backlog of inf"));
  slice = fakes::quiet_slice(100);
  slice.core_probes_ns = {1, -1};
  EXPECT_THAT(with_slice(slice), HasSubstr("a core probe"));
}

TEST_F(CheckedWorkerTest, passes_on_what_the_worker_refuses) {
  workers_.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "end") return runtime_error("wrong byte");
    return std::nullopt;
  };
  EXPECT_EQ(refusal(), "wrong byte");
}

}  // namespace
}  // namespace pmembench
