#include "cli/gate_session.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>

#include "made_up_triples.hpp"

namespace pmembench {
namespace {

class StoppedClock final : public Clock {
 public:
  [[nodiscard]] std::uint64_t now_ns() const override { return now; }
  std::uint64_t now = 1000;
};

// A gate over made-up samples; notes what it was asked to measure.
struct MadeUpGate {
  Plan plan = plan_of({"quiet", "slow"});
  GateSchedule schedule{20, 0, 3};
  GateRules rules;
  StoppedClock clock;
  std::vector<std::vector<std::string>> asked;
  std::vector<std::string> said;
  GateSamples samples;
  std::function<ArmSamples(const Cell&, std::size_t stage)> make;

  Result<SuiteVerdict> run() {
    const MeasureStage measure = [this](const GateStage& stage) {
      std::vector<ArmSamples> measured;
      asked.emplace_back();
      for (const Cell* cell : stage.cells) {
        asked.back().push_back(cell->name);
        measured.push_back(make(*cell, asked.size()));
      }
      return Result<std::vector<ArmSamples>>(std::move(measured));
    };
    return run_gate(
        plan, schedule, rules, measure, clock,
        [this](const std::string& text) { said.push_back(text); }, samples);
  }
};

TEST(GateSession, measures_again_what_looks_slower_and_only_that) {
  MadeUpGate gate;
  gate.make = [](const Cell& cell, std::size_t stage) {
    return made_up(cell.name, 20, cell.name == "slow" ? 0.05 : 0.0, 0.003, stage);
  };
  const auto suite = gate.run();
  ASSERT_TRUE(suite);
  EXPECT_EQ(gate.asked, (std::vector<std::vector<std::string>>{{"quiet", "slow"}, {"slow"}}));
  EXPECT_EQ(gate.said, std::vector<std::string>{
                           "1 cell seems to have changed: measuring again in fresh processes"});
  EXPECT_EQ(suite->verdict, Verdict::regression);
  EXPECT_EQ(suite->exit, 1);
}

TEST(GateSession, does_not_call_slower_what_fresh_processes_do_not_show_again) {
  MadeUpGate gate;
  gate.make = [](const Cell& cell, std::size_t stage) {
    return made_up(cell.name, 20, cell.name == "slow" && stage == 1 ? 0.05 : 0.0, 0.003, stage);
  };
  const auto suite = gate.run();
  ASSERT_TRUE(suite);
  EXPECT_EQ(suite->exit, 0);
  EXPECT_EQ(suite->verdict, Verdict::pass);
}

TEST(GateSession, measures_on_what_is_undecided_while_there_is_time) {
  MadeUpGate gate;
  gate.make = [](const Cell& cell, std::size_t stage) {
    ArmSamples samples = made_up(cell.name, 20, 0.0, 0.003, stage);
    // Processes spread evenly over 60 %: more of them leave the interval wider than the effect.
    for (ArmTriple& triple : samples.triples) {
      const double spread = cell.name == "slow" ? 0.6 : 0.0;
      const double factor = std::exp(spread * (triple.index / 19.0 - 0.5));
      for (double& ns : triple.arms[2].slice_ns_per_operation) ns *= factor;
    }
    return samples;
  };
  ASSERT_TRUE(gate.run());
  EXPECT_EQ(gate.asked.size(), 1u);  // no budget
  gate.asked.clear();
  gate.schedule.budget_ns = 1'000'000;
  const auto suite = gate.run();
  ASSERT_TRUE(suite);
  EXPECT_EQ(gate.asked, (std::vector<std::vector<std::string>>{
                            {"quiet", "slow"}, {"slow"}, {"slow"}}));  // three looks
  EXPECT_EQ(gate.samples.stage1[1].triples.size(), 60u);
  EXPECT_EQ(gate.samples.stage1[0].triples.size(), 20u);
}

TEST(GateSession, never_passes_what_did_not_run) {
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    MadeUpGate gate;
    gate.make = [arm](const Cell& cell, std::size_t stage) {
      ArmSamples samples = made_up(cell.name, 20, 0.0, 0.003, stage);
      if (cell.name == "slow") samples.missing[arm] = "the worker died";
      return samples;
    };
    const auto suite = gate.run();
    ASSERT_TRUE(suite);
    EXPECT_EQ(suite->exit, 4) << arm;
    EXPECT_EQ(suite->verdict, Verdict::untrusted) << arm;
  }
}

TEST(GateSession, a_failure_in_the_confirmation_is_no_pass) {
  MadeUpGate gate;
  gate.make = [](const Cell& cell, std::size_t stage) {
    ArmSamples samples = made_up(cell.name, 20, cell.name == "slow" ? 0.05 : 0, 0.003, stage);
    if (stage == 2) samples.missing[2] = "the worker died";
    return samples;
  };
  const auto suite = gate.run();
  ASSERT_TRUE(suite);
  EXPECT_EQ(suite->exit, 4);
}

TEST(GateSession, passes_an_interruption_on) {
  MadeUpGate gate;
  const auto suite = run_gate(
      gate.plan, gate.schedule, gate.rules,
      [](const GateStage&) {
        return Result<std::vector<ArmSamples>>(Error{ErrorKind::runtime, "interrupted", EINTR});
      },
      gate.clock, [](const std::string&) {}, gate.samples);
  ASSERT_FALSE(suite);
  EXPECT_EQ(suite.error().code, EINTR);
}

}  // namespace
}  // namespace pmembench
