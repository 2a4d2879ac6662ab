#include "run/gate_trio.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <map>

#include "run/block_order.hpp"

namespace pmembench {
namespace {

SliceReply quiet_slice(double ns) { return {ns, 100, 6400, 1.0, 0, 0}; }
SliceReply preempted_slice(double ns) { return {ns, 100, 6400, 1.0, 1, 0}; }

// Three workers that answer from a script, and what they were asked, in order.
struct ScriptedTrio {
  struct Request {
    Arm arm;
    nlohmann::json message;
  };
  std::vector<Request> asked;
  std::array<std::deque<SliceReply>, kArms> slices;  // the last for ever
  std::array<std::uint64_t, kArms> calibrates{1000, 1100, 1200};
  std::map<std::pair<Arm, std::string>, Error> fails;  // at this request

  Result<nlohmann::json> answer(Arm arm, const nlohmann::json& message) {
    asked.push_back({arm, message});
    const std::string verb = message["do"];
    const auto failing = fails.find({arm, verb});
    if (failing != fails.end()) return failing->second;
    if (verb == "cell") {
      std::uint64_t operations = message["operations"];
      if (operations == 0) operations = calibrates[static_cast<std::size_t>(arm)]++;
      return nlohmann::json{{"is", "ready"}, {"operations", operations}};
    }
    if (verb == "end") return to_json(CellDoneReply{{}, {}, {}, {0}});
    std::deque<SliceReply>& script = slices[static_cast<std::size_t>(arm)];
    const SliceReply slice = script.front();
    if (script.size() > 1) script.pop_front();
    return to_json(slice);
  }

  TrioOrder order(unsigned slices_wanted, std::uint64_t operations = 0) {
    TrioOrder order;
    order.index = 3;
    order.seed = 77;
    order.slices = slices_wanted;
    order.operations = operations;
    for (const Arm arm : {Arm::base, Arm::control, Arm::head}) {
      TrioArm& seat = order.arms[static_cast<std::size_t>(arm)];
      seat.ask = [this, arm](const nlohmann::json& message, std::uint64_t) {
        return answer(arm, message);
      };
      seat.cell.name = "cell";
      seat.cell.seed = 5;
      seat.opened.medium = {{"huge_share", 0.25}};
      seat.opened.timer.ns_per_tick = 0.4;
    }
    return order;
  }
  [[nodiscard]] std::vector<Arm> order_of(const std::string& verb) const {
    std::vector<Arm> arms;
    for (const Request& request : asked) {
      if (request.message["do"] == verb) arms.push_back(request.arm);
    }
    return arms;
  }
};

ScriptedTrio steady_trio() {
  ScriptedTrio trio;
  trio.slices = {std::deque{quiet_slice(100)}, std::deque{quiet_slice(101)},
                 std::deque{quiet_slice(110)}};
  return trio;
}

TEST(GateTrio, takes_as_many_slices_of_every_arm_as_asked) {
  ScriptedTrio trio = steady_trio();
  const auto outcome = drive_trio(trio.order(10));
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(outcome->whole());
  EXPECT_EQ(outcome->trio.index, 3u);
  EXPECT_EQ(outcome->trio.arms[0].slice_ns_per_operation, std::vector<double>(10, 100));
  EXPECT_EQ(outcome->trio.arms[1].slice_ns_per_operation, std::vector<double>(10, 101));
  EXPECT_EQ(outcome->trio.arms[2].slice_ns_per_operation, std::vector<double>(10, 110));
  EXPECT_EQ(outcome->trio.arms[2].huge_share, 0.25);
  EXPECT_EQ(outcome->trio.arms[2].ns_per_tick, 0.4);
  // A fifth, two blocks, to warm up; latencies are forgotten once, by every arm.
  EXPECT_EQ(trio.order_of("slice").size(), kArms * 12);
  std::size_t firsts = 0;
  for (const auto& request : trio.asked) {
    if (request.message.value("first", false)) ++firsts;
  }
  EXPECT_EQ(firsts, kArms);
}

TEST(GateTrio, takes_blocks_in_the_order_of_the_square) {
  ScriptedTrio trio = steady_trio();
  ASSERT_TRUE(drive_trio(trio.order(10)));
  std::vector<Arm> wanted;
  for (std::size_t block = 0; block < 12; ++block) {
    for (const Arm arm : block_order(77, block)) wanted.push_back(arm);
  }
  EXPECT_EQ(trio.order_of("slice"), wanted);
}

TEST(GateTrio, begins_its_arms_in_another_order_each_time) {
  for (unsigned index = 0; index < 6; ++index) {
    ScriptedTrio trio = steady_trio();
    TrioOrder order = trio.order(5, 777);
    order.index = index;
    ASSERT_TRUE(drive_trio(order));
    const BlockOrder wanted = opening_order(index);
    EXPECT_EQ(trio.order_of("cell"), std::vector<Arm>(wanted.begin(), wanted.end()));
  }
}

TEST(GateTrio, gives_all_arms_the_base_s_second_calibration) {
  ScriptedTrio trio = steady_trio();
  const auto outcome = drive_trio(trio.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->operations, 1001u);
  std::map<Arm, std::uint64_t> last;
  std::map<Arm, std::size_t> calibrations;
  for (const auto& request : trio.asked) {
    if (request.message["do"] != "cell") continue;
    last[request.arm] = request.message["operations"];
    if (request.message["operations"] == 0) ++calibrations[request.arm];
  }
  EXPECT_EQ(last, (std::map<Arm, std::uint64_t>{
                      {Arm::base, 1001}, {Arm::control, 1001}, {Arm::head, 1001}}));
  EXPECT_EQ(calibrations,
            (std::map<Arm, std::size_t>{{Arm::base, 2}, {Arm::control, 1}, {Arm::head, 1}}));
}

TEST(GateTrio, goes_by_operations_that_are_known_and_draws_the_same_addresses) {
  ScriptedTrio trio = steady_trio();
  ASSERT_TRUE(drive_trio(trio.order(5, 777)));
  std::set<std::uint64_t> seeds;
  std::size_t cells = 0;
  for (const auto& request : trio.asked) {
    if (request.message["do"] != "cell") continue;
    ++cells;
    EXPECT_EQ(request.message["operations"], 777);
    EXPECT_FALSE(request.message.contains("plant"));
    seeds.insert(request.message["cell"]["seed"].get<std::uint64_t>());
  }
  EXPECT_EQ(cells, kArms);
  EXPECT_EQ(seeds.size(), 1u);
}

TEST(GateTrio, asks_each_arm_for_its_own_plant) {
  ScriptedTrio trio = steady_trio();
  TrioOrder order = trio.order(5, 777);
  order.arms[0].plant = order.arms[1].plant = 0.0;
  order.arms[2].plant = 0.05;
  ASSERT_TRUE(drive_trio(order));
  std::map<Arm, double> plants;
  for (const auto& request : trio.asked) {
    if (request.message["do"] == "cell") plants[request.arm] = request.message["plant"];
  }
  EXPECT_EQ(plants,
            (std::map<Arm, double>{{Arm::base, 0.0}, {Arm::control, 0.0}, {Arm::head, 0.05}}));
}

TEST(GateTrio, repeats_a_block_as_a_whole_when_one_slice_was_disturbed) {
  ScriptedTrio trio = steady_trio();
  // One warm-up block of a fifth, then the disturbed one.
  trio.slices[1] = {quiet_slice(1), preempted_slice(900), quiet_slice(101)};
  const auto outcome = drive_trio(trio.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->trio.arms[1].slice_ns_per_operation, std::vector<double>(5, 101));
  EXPECT_EQ(outcome->trio.arms[1].slice_disturbed, std::vector<bool>(5, false));
  EXPECT_EQ(outcome->trio.arms[1].involuntary_switches, 1u);
  EXPECT_EQ(trio.order_of("slice").size(), kArms * (1 + 1 + 5));
}

TEST(GateTrio, keeps_and_marks_what_cannot_be_had_undisturbed) {
  ScriptedTrio trio = steady_trio();
  trio.slices[2] = {preempted_slice(900)};
  const auto outcome = drive_trio(trio.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->trio.arms[2].slice_disturbed, std::vector<bool>(5, true));
  EXPECT_EQ(outcome->trio.arms[0].slice_disturbed, std::vector<bool>(5, false));
  EXPECT_EQ(trio.order_of("slice").size(), kArms * (1 + 5 + 5));
}

TEST(GateTrio, warms_up_until_every_arm_is_steady) {
  ScriptedTrio trio = steady_trio();
  trio.slices[0] = {quiet_slice(900), quiet_slice(500), quiet_slice(100)};
  ASSERT_TRUE(drive_trio(trio.order(50)));
  // Two sloping ones, then five level ones.
  EXPECT_EQ(trio.order_of("slice").size(), kArms * (7 + 50));
}

class GateTrioFailure : public testing::TestWithParam<const char*> {};

TEST_P(GateTrioFailure, names_the_arm_that_failed_and_why) {
  for (const Arm arm : {Arm::base, Arm::control, Arm::head}) {
    ScriptedTrio trio = steady_trio();
    trio.fails[{arm, GetParam()}] = {ErrorKind::runtime, "the worker died of SIGBUS", EPIPE};
    const auto outcome = drive_trio(trio.order(5));
    ASSERT_TRUE(outcome);
    EXPECT_FALSE(outcome->whole());
    for (std::size_t other = 0; other < kArms; ++other) {
      EXPECT_EQ(outcome->failures[other],
                other == static_cast<std::size_t>(arm) ? "the worker died of SIGBUS" : "");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AtEveryRequest, GateTrioFailure, testing::Values("cell", "slice", "end"));

TEST(GateTrio, a_failure_without_words_is_still_one) {
  ScriptedTrio trio = steady_trio();
  trio.fails[{Arm::head, "end"}] = {ErrorKind::runtime, "", 0};
  const auto outcome = drive_trio(trio.order(5));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->failures[2], "it failed without a word");
}

TEST(GateTrio, a_signal_ends_it) {
  ScriptedTrio trio = steady_trio();
  trio.fails[{Arm::head, "slice"}] = {ErrorKind::runtime, "interrupted", EINTR};
  const auto outcome = drive_trio(trio.order(5));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, EINTR);
}

}  // namespace
}  // namespace pmembench
