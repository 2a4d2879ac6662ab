#include "run/worker.hpp"

#include <gtest/gtest.h>

#include <filesystem>

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
  const auto operations = ready_reply_from_json(worker.ask(to_json(CellRequest{cell, 100'000, 0})));
  ASSERT_TRUE(operations) << operations.error().message;
  EXPECT_GT(*operations, 0u);
  const auto slice = slice_reply_from_json(worker.ask({{"do", "slice"}, {"first", true}}));
  ASSERT_TRUE(slice);
  EXPECT_EQ(slice->operations, *operations);
  EXPECT_EQ(slice->bytes, 64 * *operations);
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

TEST(Worker, removes_the_file_that_it_made) {
  const auto path = std::filesystem::temp_directory_path() / "pmembench-worker-test";
  {
    LiveWorker worker;
    ASSERT_TRUE(worker.open("file:" + path.string() + ",size=1M", "clflush"));
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
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
