#include "run/slice_loop.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/fakes/scripted_worker.hpp"

namespace pmembench {
namespace {

using fakes::preempted_slice;
using fakes::quiet_slice;
using fakes::uneven_slice;

TEST(SliceLoop, a_slice_is_disturbed_when_preempted_or_uneven) {
  EXPECT_FALSE(is_disturbed(quiet_slice(100)));
  EXPECT_TRUE(is_disturbed(preempted_slice(100)));
  SliceReply slice = quiet_slice(100);
  slice.overlap = 0.8;
  EXPECT_FALSE(is_disturbed(slice));
  slice.overlap = 0.79;
  EXPECT_TRUE(is_disturbed(slice));
}

TEST(SliceLoop, five_level_slices_are_steady_and_fewer_or_sloping_ones_are_not) {
  EXPECT_FALSE(is_steady(std::vector<double>(4, 100)));
  EXPECT_TRUE(is_steady(std::vector<double>(5, 100)));
  EXPECT_FALSE(is_steady(std::vector<double>{100, 101, 102, 103, 104}));
  EXPECT_TRUE(is_steady(std::vector<double>{900, 500, 100, 100, 100, 100, 100}));
}

TEST(SliceLoop, a_warm_up_is_a_fifth_and_never_nothing) {
  EXPECT_EQ(warm_up_limit(50), 10u);
  EXPECT_EQ(warm_up_limit(4), 1u);
}

// One worker whose slices come from a list, the last for ever.
class SliceLoopTest : public testing::Test {
 protected:
  SliceLoopOutcome run(const SlicePolicy& policy, std::vector<SliceReply> slices) {
    std::size_t at = 0;
    workers_.slice = [&](const fakes::WorkerRequest&) {
      return slices[std::min(at++, slices.size() - 1)];
    };
    auto worker = workers_.start(Cell{});
    WorkerLink* const arms[] = {worker->get()};
    return run_slices(arms, policy);
  }
  [[nodiscard]] std::vector<bool> firsts() const {
    std::vector<bool> flags;
    for (const fakes::WorkerRequest& request : workers_.log) {
      if (request.verb == "slice") flags.push_back(request.first);
    }
    return flags;
  }
  fakes::ScriptedWorkers workers_;
};

TEST_F(SliceLoopTest, keeps_the_count_and_forgets_the_warm_up_once) {
  const auto outcome = run(keep_slices(5), {quiet_slice(9), quiet_slice(1), quiet_slice(2)});
  ASSERT_EQ(outcome.kept.size(), 5u);
  EXPECT_EQ(outcome.kept[0][0].ns_per_operation, 1);
  EXPECT_EQ(outcome.kept[4][0].ns_per_operation, 2);
  EXPECT_EQ(firsts(), (std::vector<bool>{false, true, false, false, false, false}));
  EXPECT_FALSE(outcome.failure);
}

TEST_F(SliceLoopTest, takes_disturbed_blocks_again_as_often_as_allowed_and_then_keeps_them) {
  SlicePolicy policy = keep_slices(3);
  policy.repeats = 2;
  const auto outcome = run(policy, {quiet_slice(1), preempted_slice(2)});
  EXPECT_EQ(outcome.kept.size(), 3u);
  EXPECT_EQ(outcome.disturbed, 5u);
  EXPECT_EQ(outcome.involuntary_switches, std::vector<std::uint64_t>{15});
}

TEST_F(SliceLoopTest, drops_the_first_block_and_lets_the_worker_forget) {
  SlicePolicy policy;
  policy.warm_up = 0;
  bool dropped = false;
  policy.next = [&](const std::vector<Block>& kept) {
    if (kept.size() == 2 && !std::exchange(dropped, true)) return SlicePolicy::Next::drop_first;
    return kept.size() == 3 ? SlicePolicy::Next::enough : SlicePolicy::Next::more;
  };
  const auto outcome =
      run(policy, {quiet_slice(1), quiet_slice(2), quiet_slice(3), quiet_slice(4)});
  ASSERT_EQ(outcome.kept.size(), 3u);
  EXPECT_EQ(outcome.kept[0][0].ns_per_operation, 2);
  EXPECT_EQ(firsts(), (std::vector<bool>{true, false, true, false}));
}

TEST_F(SliceLoopTest, shows_every_slice_also_those_of_the_warm_up) {
  SlicePolicy policy = keep_slices(5);
  std::vector<double> seen;
  policy.seen = [&](std::size_t arm, const SliceReply& slice) {
    EXPECT_EQ(arm, 0u);
    seen.push_back(slice.ns_per_operation);
  };
  (void)run(policy, {quiet_slice(7), preempted_slice(8), quiet_slice(9)});
  EXPECT_EQ(seen, (std::vector<double>{7, 8, 9, 9, 9, 9, 9}));
}

TEST_F(SliceLoopTest, says_which_arm_failed_and_keeps_what_it_has) {
  workers_.fault = [](const fakes::WorkerRequest& request) -> std::optional<Error> {
    if (request.verb == "slice" && request.slice == 3) return runtime_error("wrong bytes");
    return std::nullopt;
  };
  const auto outcome = run(keep_slices(5), {quiet_slice(1)});
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->arm, 0u);
  EXPECT_EQ(outcome.failure->error.message, "wrong bytes");
  EXPECT_EQ(outcome.kept.size(), 2u);
}

}  // namespace
}  // namespace pmembench
