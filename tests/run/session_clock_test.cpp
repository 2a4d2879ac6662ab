// Sessions in virtual time: what a slice takes is what the model says, on any host.
#include "run/session_clock.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "live_worker.hpp"

namespace pmembench {
namespace {

class VirtualTime : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() /
              ("pmembench-sim-" + std::to_string(getpid()) +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directory(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string medium(const std::string& more = "") {
    std::ofstream(folder_ / "m.yaml")
        << "size: 16M\nlatency: 300ns\nstore: 40ns\nfence: 20ns\nparallelism: 4\n"
        << more;
    return "sim:" + (folder_ / "m.yaml").string();
  }

  // The times of `slices` slices of one cell, one after the other, in a worker of its own.
  static std::vector<double> times(const std::string& media, const Cell& asked, unsigned slices) {
    LiveWorker worker;
    const auto opened = worker.open(media, "movnt");
    EXPECT_TRUE(opened) << opened.error().message;
    if (!opened) return {};
    EXPECT_TRUE(opened->timer.is_virtual());
    EXPECT_EQ(opened->ceiling_bytes_per_s, 0);
    CellRequest request;
    request.cell = asked;
    request.cell.media = media;
    request.cell.backend = "movnt";
    const auto ready = ready_reply_from_json(worker.ask(to_json(request)));
    EXPECT_TRUE(ready) << ready.error().message;
    std::vector<double> ns;
    for (unsigned i = 0; ready && i < slices; ++i) {
      const auto slice =
          slice_reply_from_json(worker.ask({{"do", "slice"}, {"first", i == 0}, {"turn", i}}));
      EXPECT_TRUE(slice) << slice.error().message;
      if (!slice) break;
      ns.push_back(slice->ns_per_operation);
      EXPECT_EQ(slice->involuntary_switches, 0U);
      EXPECT_TRUE(slice->core_probes_ns.empty()) << "no core was measured";
    }
    const auto done = cell_done_reply_from_json(worker.ask({{"do", "end"}}));
    EXPECT_TRUE(done) << done.error().message;
    return ns;
  }

  static Cell mapped(Cell cell) {
    cell.path = "mapped";
    return cell;
  }

  std::filesystem::path folder_;
};

TEST_F(VirtualTime, a_dependent_load_takes_the_latency) {
  for (const double ns : times(medium(), mapped(live_cell("chase", {}, 1)), 3)) EXPECT_EQ(ns, 300);
  for (const double ns : times(medium(), mapped(live_cell("uniform", {}, 1)), 3)) {
    EXPECT_EQ(ns, 300);
  }
}

TEST_F(VirtualTime, chains_overlap_as_far_as_the_model_lets_them) {
  for (const char* chains : {"2", "4", "16"}) {
    const double overlap = std::min(4.0, std::stod(chains));
    const auto all = times(medium(), mapped(live_cell("uniform", {{"chains", chains}}, 1)), 2);
    for (const double ns : all) EXPECT_NEAR(ns, 300 / overlap, 3) << chains;
  }
}

// However few operations a slice has time for: each holds as many loads as stores.
TEST_F(VirtualTime, a_change_between_loads_and_stores_costs_what_the_model_says) {
  const Cell cell = mapped(live_cell("alternate", {}, 1));
  const std::vector<double> all = times(medium("turnaround: 400ns\n"), cell, 8);
  ASSERT_EQ(all.size(), 8U);
  for (unsigned turn = 0; turn < 8; ++turn) {
    EXPECT_NEAR(all[turn], (300 + 40) / 2.0 + 400.0 / (1 << turn), 400.0 / 256) << turn;
  }
}

TEST_F(VirtualTime, a_durable_line_is_a_store_and_a_fence) {
  const Cell cell = live_cell("persist", {{"operation_size", "64"}}, 1);
  for (const double ns : times(medium(), cell, 2)) EXPECT_EQ(ns, 60);
}

TEST_F(VirtualTime, timed_operations_are_as_long_as_untimed_ones) {
  Cell cell = live_cell("persist", {{"operation_size", "64"}}, 1);
  cell.timing = Timing::operation;
  cell.latency_mode = "durable";
  for (const double ns : times(medium(), cell, 2)) EXPECT_EQ(ns, 60);
}

TEST_F(VirtualTime, threads_of_one_channel_share_it) {
  const std::string media = medium("interleave: {ways: 1, busy: 100ns}\n");
  const Cell cell = mapped(live_cell("uniform", {{"chains", "4"}}, 1));
  Cell both = cell;
  both.threads = 2;
  both.placement.cpus.push_back(both.placement.cpus.front());
  const double alone = times(media, cell, 2).back(), together = times(media, both, 2).back();
  EXPECT_NEAR(alone, 100, 5);
  EXPECT_NEAR(together, 100, 5) << "of all threads";
}

TEST_F(VirtualTime, the_same_seed_gives_the_same_times) {
  const std::string media = medium("noise: {slice: 5%, process: 2%, spike: 1%, burst: 10%}\n");
  Cell cell = mapped(live_cell("uniform", {{"chains", "2"}}, 1));
  cell.threads = 3;
  cell.placement.cpus.assign(3, cell.placement.cpus.front());
  const std::vector<double> first = times(media, cell, 5);
  EXPECT_EQ(first, times(media, cell, 5));
  cell.seed += 1;
  EXPECT_NE(first, times(media, cell, 5));
}

TEST_F(VirtualTime, a_loaded_probe_waits_behind_its_load) {
  // Four loads under way want 400 ns of 300.
  const std::string media = medium("interleave: {ways: 1, busy: 100ns}\n");
  Cell cell = live_cell("loaded", {{"load_share", "0"}}, 1);
  cell.placement.cpus.push_back(cell.placement.cpus.front());
  cell.threads = 2;
  const double idle = times(media, cell, 2).back();
  cell.parameters["load_share"] = "100";
  const double loaded = times(media, cell, 2).back();
  EXPECT_EQ(idle, 300);
  EXPECT_GT(loaded, 320);
}

TEST_F(VirtualTime, a_device_that_fails_ends_the_cell_with_its_reason) {
  const std::string media = medium("fails_after: 20\n");
  LiveWorker worker;
  ASSERT_TRUE(worker.open(media, "movnt"));
  CellRequest request;
  request.cell = mapped(live_cell("chase", {}, 1));
  request.cell.media = media;
  request.cell.backend = "movnt";
  const auto ready = ready_reply_from_json(worker.ask(to_json(request)));
  ASSERT_FALSE(ready);
  EXPECT_NE(ready.error().message.find("the simulated device is gone"), std::string::npos)
      << ready.error().message;
}

}  // namespace
}  // namespace pmembench
