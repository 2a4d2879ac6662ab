#include "run/group_rates.hpp"

#include <gtest/gtest.h>

#include "live_worker.hpp"

namespace pmembench {
namespace {

TEST(GroupRates, are_means_over_slices_of_the_sums_over_threads) {
  GroupRates rates(*read_groups("2*random+1*sequential", 1 << 20), 1.0);
  std::vector<std::unique_ptr<ThreadContext>> threads;
  for (unsigned i = 0; i < 3; ++i) {
    threads.push_back(std::make_unique<ThreadContext>());
    threads[i]->begin = 0;
    threads[i]->end = 1000;  // ns
    threads[i]->work = {(i + 1) * 10, (i + 1) * 100};
  }
  rates.add(threads);
  threads[2]->work = {90, 900};
  rates.add(threads);
  auto figures = rates.figures();
  EXPECT_DOUBLE_EQ(figures["group_1_operations_per_s"], 30e6);
  EXPECT_DOUBLE_EQ(figures["group_2_operations_per_s"], 60e6);
  EXPECT_DOUBLE_EQ(figures["group_2_bytes_per_s"], 600e6);
  rates.forget();
  EXPECT_TRUE(rates.figures().empty());
  rates.set_paces(threads, 16);
  EXPECT_FALSE(threads[0]->pace.limited());
  GroupRates paced(*read_groups("2*random@1M+1*sequential", 1 << 20), 1.0);
  paced.set_paces(threads, 16);
  EXPECT_TRUE(threads[1]->pace.limited());
  EXPECT_FALSE(threads[2]->pace.limited());
}

TEST(GroupRates, are_figures_of_a_cell) {
  const auto cpus = read_topology("/").usable_cpus.size();
  if (cpus < 2) GTEST_SKIP() << "one CPU";
  LiveWorker worker;
  ASSERT_TRUE(worker.open("dram:4M", "movnt"));
  CellRequest request;
  request.cell = live_cell(
      "groups", {{"groups", "1*sequential:access=load+1*random:access=write,operation_size=64"}},
      2);
  request.slice_ns = 300'000;
  ASSERT_EQ(worker.ask(to_json(request))["is"], "ready");
  for (int i = 0; i < 3; ++i) {
    const auto slice = slice_reply_from_json(worker.ask({{"do", "slice"}, {"first", i == 0}}));
    ASSERT_TRUE(slice) << slice.error().message;
    EXPECT_GT(slice->operations, 0U);
  }
  const auto done = cell_done_reply_from_json(worker.ask({{"do", "end"}}));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_GT(done->figures.at("group_1_bytes_per_s"), 0);
  EXPECT_GT(done->figures.at("group_2_operations_per_s"), 0);
}

}  // namespace
}  // namespace pmembench
