#include "run/worker.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "dax/media_claim.hpp"
#include "live_worker.hpp"

namespace pmembench {
namespace {

TEST(Worker, measures_a_cell_from_open_to_end) {
  LiveWorker worker;
  const auto opened = worker.open("dram:1M", "movnt");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->medium.kind, "dram");
  EXPECT_EQ(opened->medium.claim, "emulated");
  EXPECT_GT(opened->timer.ns_per_tick, 0);
  EXPECT_GT(opened->ceiling_bytes_per_s, 0);
  const Cell cell = live_cell("random", {{"access", "write"}, {"operation_size", "64"}}, 1);
  const auto ready = ready_reply_from_json(worker.ask(to_json(CellRequest{cell, 100'000, 0})));
  ASSERT_TRUE(ready) << ready.error().message;
  const std::uint64_t operations = ready->operations;
  EXPECT_GT(operations, 0u);
  EXPECT_FALSE(ready->kernel) << "it does not read";
  const auto slice = slice_reply_from_json(worker.ask({{"do", "slice"}, {"first", true}}));
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->operations, operations);
  EXPECT_EQ(slice->bytes, 64 * operations);
  EXPECT_GT(slice->ns_per_operation, 0);
  const auto done = cell_done_reply_from_json(worker.ask({{"do", "end"}}));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_EQ(done->cpus, cell.placement.cpus);
  EXPECT_TRUE(done->histogram.empty());
  EXPECT_EQ(done->counters.at("bytes_copied_from"), 64 * done->counters.at("operations"));
  EXPECT_EQ(done->counters.at("drains"), done->counters.at("operations"));
  EXPECT_EQ(worker.stop(), 0);
}

TEST(Worker, times_each_operation_where_the_cell_asks_for_it) {
  LiveWorker worker;
  ASSERT_TRUE(worker.open("dram:1M", "clflush"));
  Cell cell = live_cell("persist", {}, 1);
  cell.timing = Timing::operation;
  cell.latency_mode = "durable";
  ASSERT_TRUE(ready_reply_from_json(worker.ask(to_json(CellRequest{cell, 100'000, 50}))));
  worker.ask({{"do", "slice"}, {"first", false}});
  worker.ask({{"do", "slice"}, {"first", true}});
  worker.ask({{"do", "slice"}, {"first", false}});
  const auto done = cell_done_reply_from_json(worker.ask({{"do", "end"}}));
  ASSERT_TRUE(done) << done.error().message;
  std::uint64_t recorded = 0;
  for (const auto& [bucket, count] : done->histogram) recorded += count;
  EXPECT_EQ(recorded, 100u);  // the slice before `first` was warm-up
}

// One cell from its begin to its end.
CellDoneReply measured(LiveWorker& worker, const Cell& cell, std::string kernel = {}) {
  CellRequest request{cell, 100'000, 50};
  request.kernel = std::move(kernel);
  const auto ready = ready_reply_from_json(worker.ask(to_json(request)));
  EXPECT_TRUE(ready) << ready.error().message;
  worker.ask({{"do", "slice"}, {"first", true}});
  auto done = cell_done_reply_from_json(worker.ask({{"do", "end"}}));
  EXPECT_TRUE(done) << done.error().message;
  return done ? *std::move(done) : CellDoneReply{};
}

TEST(Worker, measures_backends_in_turn_on_one_mapping) {
  LiveWorker worker;
  ASSERT_TRUE(worker.open("dram:1M", "movnt"));
  Cell cell = live_cell("random", {{"access", "write"}, {"operation_size", "64"}}, 1);
  cell.backend = "movnt";
  EXPECT_EQ(measured(worker, cell).counters.at("lines_flushed"), 0u);
  cell.backend = "clflush";
  const CellDoneReply flushed = measured(worker, cell);
  EXPECT_EQ(flushed.counters.at("lines_flushed"), flushed.counters.at("operations"));
  ASSERT_TRUE(flushed.extra.medium);
  EXPECT_EQ(flushed.extra.medium->claim, "emulated");
  cell.backend = "movnt";
  const CellDoneReply back = measured(worker, cell);
  EXPECT_EQ(back.counters.at("lines_flushed"), 0u);
  EXPECT_FALSE(back.extra.medium) << "as it was opened";
  cell.backend = "null";
  const auto refused = ready_reply_from_json(worker.ask(to_json(CellRequest{cell, 100'000, 50})));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "backends movnt and null cannot take turns on one device");
}

TEST(Worker, reads_by_the_kernel_that_the_run_has_chosen) {
  LiveWorker worker;
  ASSERT_TRUE(worker.open("dram:1M", "movnt"));
  Cell cell = live_cell("sequential", {{"access", "read"}, {"operation_size", "4096"}}, 1);
  const auto chosen = measured(worker, cell).extra.kernel;
  ASSERT_TRUE(chosen);
  EXPECT_NE(chosen->name, "");
  EXPECT_EQ(measured(worker, cell, "string").extra.kernel->name, "string");
  cell.parameters["kernel"] = "plain";
  EXPECT_EQ(measured(worker, cell, "string").extra.kernel->name, "plain");
}

TEST(Worker, removes_the_file_that_it_made) {
  const auto path = std::filesystem::temp_directory_path() / "pmembench-worker-test";
  {
    LiveWorker worker;
    const auto opened = worker.open("file:" + path.string() + ",size=1M", "clflush");
    ASSERT_TRUE(opened);
    EXPECT_EQ(std::filesystem::exists(path), !opened->unnamed);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Worker, opens_what_was_there_when_the_run_began) {
  const auto path = std::filesystem::temp_directory_path() / "pmembench-worker-identity";
  std::ofstream(path) << std::string(8192, 'x');
  LiveWorker worker;
  OpenRequest request;
  request.media = "file:" + path.string();
  request.backend = "clflush";
  request.destroy = true;
  request.identity = "file 0:0:1";
  EXPECT_NE(worker.ask(to_json(request))["message"].get<std::string>().find("another than when"),
            std::string::npos);
  request.destroy = false;
  request.identity = medium_identity(path.string());
  EXPECT_FALSE(opened_reply_from_json(worker.ask(to_json(request)))) << "it holds something";
  request.found_empty = true;
  EXPECT_TRUE(opened_reply_from_json(worker.ask(to_json(request))));
  std::filesystem::remove(path);
}

TEST(Worker, answers_requests_out_of_order_with_an_error_and_goes_on) {
  LiveWorker worker;
  EXPECT_EQ(worker.ask({{"do", "slice"}})["message"], "worker protocol: 'slice' outside a cell");
  EXPECT_EQ(worker.ask({{"do", "end"}})["message"], "worker protocol: 'end' outside a cell");
  EXPECT_EQ(worker.ask({{"do", "dance"}})["message"], "worker protocol: unknown request 'dance'");
  EXPECT_EQ(worker.ask({{"do", 7}})["message"], "worker protocol: unknown request ''");
  const Cell cell = live_cell("random", {}, 1);
  EXPECT_EQ(worker.ask(to_json(CellRequest{cell, 1, 1}))["message"],
            "worker protocol: 'cell' before 'open'");
  EXPECT_FALSE(worker.open("dram:0", "movnt"));
  EXPECT_FALSE(worker.open("dram:1M", "nothing"));
  EXPECT_TRUE(worker.open("dram:1M", "movnt"));
}

}  // namespace
}  // namespace pmembench
