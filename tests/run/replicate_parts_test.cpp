#include "run/replicate_parts.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

TEST(ReplicateParts, steal_is_a_share_of_all_time_between_two_readings) {
  EXPECT_DOUBLE_EQ(steal_between(CpuTimes{1000, 10, 0}, CpuTimes{1200, 20, 0}), 0.05);
  EXPECT_EQ(steal_between(std::nullopt, CpuTimes{1200, 20, 0}), 0);
  EXPECT_EQ(steal_between(CpuTimes{1000, 10, 0}, CpuTimes{1000, 10, 0}), 0);
}

TEST(ReplicateParts, a_replicate_is_the_median_of_what_is_kept) {
  Cell cell;
  cell.name = "cell";
  const Replicate replicate = replicate_of(
      cell, 4, 9, {fakes::quiet_slice(3), fakes::preempted_slice(1), fakes::quiet_slice(2)});
  EXPECT_EQ(replicate.cell, "cell");
  EXPECT_EQ(replicate.index, 4u);
  EXPECT_EQ(replicate.seed, 9u);
  EXPECT_EQ(replicate.median_ns_per_operation, 2);
  EXPECT_EQ(replicate.slice_disturbed, (std::vector<bool>{false, true, false}));
  EXPECT_EQ(replicate.operations, 300u);
  EXPECT_EQ(replicate.bytes, 19200u);
}

TEST(ReplicateParts, counts_the_page_faults_of_the_slices_that_are_kept) {
  std::vector<SliceReply> kept(2, fakes::quiet_slice(100));
  kept[0].faults = 7;
  kept[0].major_faults = 3;
  kept[1].faults = 1;
  const Replicate replicate = replicate_of(Cell{}, 0, 0, kept);
  EXPECT_EQ(replicate.details.minor_faults, 5u);
  EXPECT_EQ(replicate.details.major_faults, 3u);
}

TEST(ReplicateParts, an_open_loop_keeps_its_achieved_rate_and_its_median_backlog) {
  std::vector<SliceReply> kept(3, fakes::quiet_slice(100));
  kept[0].backlog_ns = 5;
  kept[1].backlog_ns = 50;
  kept[2].backlog_ns = 7;
  CellDoneReply done;
  done.extra.open_loop.emplace().asked_per_s = 1e7;
  Replicate replicate = replicate_of(Cell{}, 0, 0, kept);
  ASSERT_TRUE(complete_replicate(done, OpenedReply{}, Cell{}, kept, CoreWatch(), replicate));
  ASSERT_TRUE(replicate.details.open_loop);
  EXPECT_EQ(replicate.details.open_loop->achieved_per_s, 1e7);
  EXPECT_EQ(replicate.details.open_loop->backlog_ns, 7);
}

TEST(ReplicateParts, a_damaged_histogram_is_an_error) {
  CellDoneReply done;
  done.histogram = {{4'000'000, 1}};
  Replicate replicate;
  EXPECT_FALSE(complete_replicate(done, OpenedReply{}, Cell{}, {}, CoreWatch(), replicate));
}

}  // namespace
}  // namespace pmembench
