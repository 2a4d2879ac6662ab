#include "run/slice_steps.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

TEST(SliceSteps, a_slice_is_disturbed_when_preempted_or_uneven) {
  EXPECT_FALSE(is_disturbed({100, 10, 640, 1.0, 0, 0}));
  EXPECT_TRUE(is_disturbed({100, 10, 640, 1.0, 1, 0}));
  EXPECT_TRUE(is_disturbed({100, 10, 640, 0.79, 0, 0}));
}

TEST(SliceSteps, five_level_slices_are_steady_and_fewer_or_sloping_ones_are_not) {
  EXPECT_FALSE(is_steady(std::vector<double>(4, 100)));
  EXPECT_TRUE(is_steady(std::vector<double>(5, 100)));
  EXPECT_FALSE(is_steady(std::vector<double>{100, 101, 102, 103, 104}));
  EXPECT_TRUE(is_steady(std::vector<double>{900, 500, 100, 100, 100, 100, 100}));
}

TEST(SliceSteps, a_warm_up_is_a_fifth_and_never_nothing) {
  EXPECT_EQ(warm_up_limit(50), 10u);
  EXPECT_EQ(warm_up_limit(4), 1u);
}

TEST(SliceSteps, steal_is_a_share_of_all_time_between_two_readings) {
  EXPECT_DOUBLE_EQ(steal_between(CpuTimes{1000, 10, 0}, CpuTimes{1200, 20, 0}), 0.05);
  EXPECT_EQ(steal_between(std::nullopt, CpuTimes{1200, 20, 0}), 0);
  EXPECT_EQ(steal_between(CpuTimes{1000, 10, 0}, CpuTimes{1000, 10, 0}), 0);
}

TEST(SliceSteps, a_worker_is_asked_for_the_device_of_its_cell) {
  Cell cell;
  cell.media = "dram:1M";
  cell.backend = "block";
  cell.backend_options = "engine=pread";
  cell.placement.memory_node = 1;
  const OpenRequest request = open_request_for(cell);
  EXPECT_EQ(request.media, "dram:1M");
  EXPECT_EQ(request.backend, "block");
  EXPECT_EQ(request.backend_options, "engine=pread");
  EXPECT_EQ(request.node, 1);
}

TEST(SliceSteps, errors_of_the_pipe_and_of_the_worker_are_passed_on) {
  const Ask dead = [](const nlohmann::json&, std::uint64_t) {
    return Result<nlohmann::json>(Error{ErrorKind::runtime, "the worker died", EPIPE});
  };
  EXPECT_EQ(take_slice(dead, true).error().message, "the worker died");
  const Ask refusing = [](const nlohmann::json&, std::uint64_t) {
    return Result<nlohmann::json>(to_json(Error{ErrorKind::runtime, "no such workload", 0}));
  };
  EXPECT_EQ(begin_cell(refusing, {}).error().message, "no such workload");
  EXPECT_EQ(end_cell(refusing).error().message, "no such workload");
}

}  // namespace
}  // namespace pmembench
