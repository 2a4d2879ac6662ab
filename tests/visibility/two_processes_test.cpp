#include "visibility/two_processes.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "visibility/shared_area.hpp"

namespace pmembench {
namespace {

TrialOrder order_of(StoreWay store, LoadWay load, std::uint64_t tries) {
  TrialOrder order;
  order.store = store;
  order.load = load;
  order.tries = tries;
  order.limit_ms = 60'000;
  return order;
}

SharedArea area() {
  auto opened = SharedArea::open("dram:1M", MessageLayout{}.size_bytes(), false, false);
  EXPECT_TRUE(opened);
  return *std::move(opened);
}

TEST(TwoProcesses, see_each_other_on_coherent_memory_whatever_they_do) {
  const SharedArea memory = area();
  for (const StoreWay store : {StoreWay::none, StoreWay::movnt}) {
    const auto cell = run_in_two_processes(order_of(store, LoadWay::plain, 500), [&](unsigned) {
      return Result<std::unique_ptr<HostMemory>>(mapped_host_memory(memory.address()));
    });
    ASSERT_TRUE(cell) << cell.error().message;
    EXPECT_EQ(cell->counts.tries, 500U);
    EXPECT_EQ(cell->counts.wrong(), 0U);
    ASSERT_TRUE(cell->sight.has_value());
    EXPECT_GT(cell->sight->n, 0U);
  }
}

TEST(TwoProcesses, of_a_plugin_without_coherence_see_what_was_written_back_alone) {
  const SharedArea memory = area();
  const std::string plugin =
      std::string(PMEMBENCH_BINARY_DIR) + "/plugins/hosts/pmembench-private_lines.so";
  const auto tried = [&](StoreWay store, LoadWay load) {
    return run_in_two_processes(order_of(store, load, 300), [&](unsigned host) {
      return plugin_host_memory(plugin, "evict=0.02", memory.address(),
                                MessageLayout{}.size_bytes(), host);
    });
  };
  const auto safe = tried(StoreWay::clwb, LoadWay::clflush);
  ASSERT_TRUE(safe) << safe.error().message;
  EXPECT_EQ(safe->counts.wrong(), 0U);
  const auto stale = tried(StoreWay::none, LoadWay::plain);
  ASSERT_TRUE(stale) << stale.error().message;
  EXPECT_GT(stale->counts.stale, 0U);
}

TEST(TwoProcesses, a_reader_that_cannot_begin_ends_the_trial_with_its_reason) {
  const SharedArea memory = area();
  const auto refused =
      run_in_two_processes(order_of(StoreWay::none, LoadWay::plain, 10),
                           [&](unsigned host) -> Result<std::unique_ptr<HostMemory>> {
                             if (host == 1) return environment_error("the reader has no memory");
                             return mapped_host_memory(memory.address());
                           });
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("the reader has no memory"), std::string::npos);
}

TEST(TwoProcesses, a_reader_that_stops_ends_the_trial_at_the_limit) {
  const SharedArea memory = area();
  TrialOrder order = order_of(StoreWay::none, LoadWay::plain, 10);
  order.limit_ms = 50;
  const auto stopped =
      run_in_two_processes(order, [&](unsigned host) -> Result<std::unique_ptr<HostMemory>> {
        if (host == 1) raise(SIGSTOP);
        return mapped_host_memory(memory.address());
      });
  ASSERT_FALSE(stopped);
  EXPECT_NE(stopped.error().message.find("reader"), std::string::npos);
}

TEST(TwoProcesses, an_interruption_ends_the_trial) {
  const SharedArea memory = area();
  const std::atomic<bool> interrupted{true};
  TrialOrder order = order_of(StoreWay::none, LoadWay::plain, 10);
  order.interrupted = &interrupted;
  const auto ended =
      run_in_two_processes(order, [&](unsigned host) -> Result<std::unique_ptr<HostMemory>> {
        if (host == 1) raise(SIGSTOP);
        return mapped_host_memory(memory.address());
      });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind, ErrorKind::interrupted);
}

TEST(SharedArea, refuses_what_has_no_loads_and_stores_and_what_is_too_small) {
  const auto block = SharedArea::open("block:/nowhere", 4096, false, false);
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().kind, ErrorKind::usage);
  const std::string path = testing::TempDir() + "shared_area_" + std::to_string(getpid());
  const auto small = SharedArea::open("file:" + path + ",size=4K", 8192, false, false);
  ASSERT_FALSE(small);
  EXPECT_NE(small.error().message.find("larger"), std::string::npos);
}

TEST(HostMemoryPlugin, refusals_say_why) {
  std::uint64_t words[8] = {};
  auto* home = reinterpret_cast<unsigned char*>(words);
  EXPECT_NE(plugin_host_memory("/nowhere.so", "", home, 64, 0).error().message.find("/nowhere.so"),
            std::string::npos);
  const std::string other =
      std::string(PMEMBENCH_BINARY_DIR) + "/plugins/good/pmembench-example.so";
  EXPECT_NE(plugin_host_memory(other, "", home, 64, 0).error().message.find("symbol"),
            std::string::npos);
  const std::string plugin =
      std::string(PMEMBENCH_BINARY_DIR) + "/plugins/hosts/pmembench-private_lines.so";
  EXPECT_NE(plugin_host_memory(plugin, "evict=7", home, 64, 0).error().message.find("evict"),
            std::string::npos);
}

}  // namespace
}  // namespace pmembench
