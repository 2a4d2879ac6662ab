#include "run/measure_arms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "run/block_order.hpp"
#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

using fakes::preempted_slice;
using fakes::quiet_slice;

// Three workers that answer from lists, the last slice for ever: worker N is arm N.
struct ThreeWorkers {
  std::array<std::vector<SliceReply>, kArms> slices{
      std::vector{quiet_slice(100)}, std::vector{quiet_slice(101)}, std::vector{quiet_slice(110)}};
  std::map<std::pair<Arm, std::string>, Error> fails;  // at this request
  fakes::ScriptedWorkers workers;
  std::vector<std::unique_ptr<WorkerLink>> links;
  std::array<std::size_t, kArms> at{};
  std::array<std::uint64_t, kArms> calibrations{1000, 1100, 1200};

  ThreeWorkers() {
    workers.opened.medium.huge_share = 0.25;
    workers.slice = [this](const fakes::WorkerRequest& request) {
      const std::vector<SliceReply>& list = slices[request.worker];
      return list[std::min(at[request.worker]++, list.size() - 1)];
    };
    workers.fault = [this](const fakes::WorkerRequest& request) -> std::optional<Error> {
      const auto failing = fails.find({static_cast<Arm>(request.worker), request.verb});
      if (failing == fails.end()) return std::nullopt;
      return failing->second;
    };
    workers.operations = [this](const CellRequest& request) {
      const std::uint32_t arm = workers.log.back().worker;
      return request.operations != 0 ? request.operations : calibrations[arm]++;
    };
  }

  ArmsOrder order(unsigned slices_wanted, std::uint64_t operations = 0) {
    ArmsOrder order;
    order.index = 3;
    order.seed = 77;
    order.slices = slices_wanted;
    order.operations = operations;
    for (MeasuredArm& arm : order.arms) {
      arm.cell.name = "cell";
      arm.cell.seed = 5;
      links.push_back(*open_worker(workers, arm.cell));
      arm.worker = links.back().get();
    }
    return order;
  }
  [[nodiscard]] std::vector<fakes::WorkerRequest> requests(const std::string& verb) const {
    std::vector<fakes::WorkerRequest> found;
    for (const fakes::WorkerRequest& request : workers.log) {
      if (request.verb == verb) found.push_back(request);
    }
    return found;
  }
  [[nodiscard]] std::vector<Arm> order_of(const std::string& verb) const {
    std::vector<Arm> arms;
    for (const auto& request : requests(verb)) arms.push_back(static_cast<Arm>(request.worker));
    return arms;
  }
};

TEST(MeasureArms, takes_as_many_slices_of_every_arm_as_asked) {
  ThreeWorkers arms;
  const auto outcome = measure_arms(arms.order(10));
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(outcome->whole());
  EXPECT_EQ(outcome->triple.index, 3u);
  EXPECT_EQ(outcome->triple.arms[0].slice_ns_per_operation, std::vector<double>(10, 100));
  EXPECT_EQ(outcome->triple.arms[1].slice_ns_per_operation, std::vector<double>(10, 101));
  EXPECT_EQ(outcome->triple.arms[2].slice_ns_per_operation, std::vector<double>(10, 110));
  EXPECT_EQ(outcome->triple.arms[2].huge_share, 0.25);
  EXPECT_EQ(outcome->triple.arms[2].ns_per_tick, 0.4);
  // A fifth, two blocks, to warm up; latencies are forgotten once, by every arm.
  EXPECT_EQ(arms.order_of("slice").size(), kArms * 12);
  std::size_t firsts = 0;
  for (const auto& request : arms.requests("slice")) firsts += request.first;
  EXPECT_EQ(firsts, kArms);
}

TEST(MeasureArms, takes_blocks_in_the_order_of_the_square) {
  ThreeWorkers arms;
  ASSERT_TRUE(measure_arms(arms.order(10)));
  std::vector<Arm> wanted;
  for (std::size_t block = 0; block < 12; ++block) {
    for (const Arm arm : block_order(77, block)) wanted.push_back(arm);
  }
  EXPECT_EQ(arms.order_of("slice"), wanted);
}

TEST(MeasureArms, begins_its_arms_in_another_order_each_time) {
  for (unsigned index = 0; index < 6; ++index) {
    ThreeWorkers arms;
    ArmsOrder order = arms.order(5, 777);
    order.index = index;
    ASSERT_TRUE(measure_arms(order));
    const BlockOrder wanted = opening_order(index);
    EXPECT_EQ(arms.order_of("cell"), std::vector<Arm>(wanted.begin(), wanted.end()));
  }
}

TEST(MeasureArms, gives_all_arms_the_base_s_second_calibration) {
  ThreeWorkers arms;
  const auto outcome = measure_arms(arms.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->operations, 1001u);
  std::map<Arm, std::uint64_t> last;
  std::map<Arm, std::size_t> calibrations;
  for (const auto& request : arms.requests("cell")) {
    const Arm arm = static_cast<Arm>(request.worker);
    last[arm] = request.begun.operations;
    if (request.begun.operations == 0) ++calibrations[arm];
  }
  EXPECT_EQ(last, (std::map<Arm, std::uint64_t>{
                      {Arm::base, 1001}, {Arm::control, 1001}, {Arm::head, 1001}}));
  EXPECT_EQ(calibrations,
            (std::map<Arm, std::size_t>{{Arm::base, 2}, {Arm::control, 1}, {Arm::head, 1}}));
}

TEST(MeasureArms, goes_by_operations_that_are_known_and_draws_the_same_addresses) {
  ThreeWorkers arms;
  ASSERT_TRUE(measure_arms(arms.order(5, 777)));
  std::set<std::uint64_t> seeds;
  std::size_t cells = 0;
  for (const auto& request : arms.requests("cell")) {
    ++cells;
    EXPECT_EQ(request.begun.operations, 777u);
    EXPECT_FALSE(request.begun.slowdown);
    seeds.insert(request.begun.cell.seed);
  }
  EXPECT_EQ(cells, kArms);
  EXPECT_EQ(seeds.size(), 1u);
}

TEST(MeasureArms, asks_each_arm_for_its_own_slowdown) {
  ThreeWorkers arms;
  ArmsOrder order = arms.order(5, 777);
  order.arms[0].slowdown = order.arms[1].slowdown = 0.0;
  order.arms[2].slowdown = 0.05;
  ASSERT_TRUE(measure_arms(order));
  std::map<Arm, double> slowdowns;
  for (const auto& request : arms.requests("cell")) {
    slowdowns[static_cast<Arm>(request.worker)] = request.begun.slowdown.value_or(-1);
  }
  EXPECT_EQ(slowdowns,
            (std::map<Arm, double>{{Arm::base, 0.0}, {Arm::control, 0.0}, {Arm::head, 0.05}}));
}

TEST(MeasureArms, repeats_a_block_as_a_whole_when_one_slice_was_disturbed) {
  ThreeWorkers arms;
  // One warm-up block of a fifth, then the disturbed one.
  arms.slices[1] = {quiet_slice(1), preempted_slice(900), quiet_slice(101)};
  const auto outcome = measure_arms(arms.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->triple.arms[1].slice_ns_per_operation, std::vector<double>(5, 101));
  EXPECT_EQ(outcome->triple.arms[1].slice_disturbed, std::vector<bool>(5, false));
  EXPECT_EQ(outcome->triple.arms[1].involuntary_switches, 3u);
  EXPECT_EQ(arms.order_of("slice").size(), kArms * (1 + 1 + 5));
}

TEST(MeasureArms, keeps_and_flags_what_stays_disturbed) {
  ThreeWorkers arms;
  arms.slices[2] = {preempted_slice(900)};
  const auto outcome = measure_arms(arms.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->triple.arms[2].slice_disturbed, std::vector<bool>(5, true));
  EXPECT_EQ(outcome->triple.arms[0].slice_disturbed, std::vector<bool>(5, false));
  EXPECT_EQ(arms.order_of("slice").size(), kArms * (1 + 5 + 5));
}

TEST(MeasureArms, warms_up_until_every_arm_is_steady) {
  ThreeWorkers arms;
  arms.slices[0] = {quiet_slice(900), quiet_slice(500), quiet_slice(100)};
  ASSERT_TRUE(measure_arms(arms.order(50)));
  // Two sloping ones, then five level ones.
  EXPECT_EQ(arms.order_of("slice").size(), kArms * (7 + 50));
}

class MeasureArmsFailure : public testing::TestWithParam<const char*> {};

TEST_P(MeasureArmsFailure, names_the_arm_that_failed_and_why) {
  for (const Arm arm : {Arm::base, Arm::control, Arm::head}) {
    ThreeWorkers arms;
    arms.fails[{arm, GetParam()}] = {ErrorKind::runtime, "the worker died of SIGBUS", EPIPE};
    const auto outcome = measure_arms(arms.order(5));
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->whole());
    for (std::size_t other = 0; other < kArms; ++other) {
      EXPECT_EQ(outcome->failures[other],
                other == static_cast<std::size_t>(arm) ? "the worker died of SIGBUS" : "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AtEveryRequest, MeasureArmsFailure,
                         testing::Values("cell", "slice", "end"));

TEST(MeasureArms, a_failure_without_a_reason_is_still_one) {
  ThreeWorkers arms;
  arms.fails[{Arm::head, "end"}] = {ErrorKind::runtime, "", 0};
  const auto outcome = measure_arms(arms.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failures[2], "it failed and gave no reason");
}

TEST(MeasureArms, an_interrupt_ends_it) {
  ThreeWorkers arms;
  arms.fails[{Arm::head, "slice"}] = interruption();
  const auto outcome = measure_arms(arms.order(5));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind, ErrorKind::interrupted);
}

}  // namespace
}  // namespace pmembench
