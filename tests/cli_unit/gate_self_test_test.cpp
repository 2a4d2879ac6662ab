#include "cli/gate_self_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "made_up_triples.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

// A machine on which a injected slowdown is as large as it was asked for.
struct MadeUpMachine {
  Plan plan = plan_of({"a", "b"});
  SelfTestSettings settings;
  MonotonicClock clock;
  std::array<std::optional<double>, kArms> injected;
  std::vector<std::array<std::optional<double>, kArms>> asked;
  std::uint64_t stages = 0;
  double scatter = 0.003;
  std::string dies;

  Result<std::vector<SelfTestLevel>> run() {
    const MeasureStage measure = [this](const GateStage& stage) {
      ++stages;
      std::vector<ArmSamples> samples;
      for (const Cell* cell : stage.cells) {
        samples.push_back(
            made_up(cell->name, stage.replicates, injected[2].value_or(0), scatter, stages));
        if (cell->name == dies) samples.back().missing[1] = "the worker died";
      }
      return Result<std::vector<ArmSamples>>(std::move(samples));
    };
    const SetSlowdowns slowdown = [this](const auto& shares) {
      injected = shares;
      asked.push_back(shares);
    };
    return self_test(plan, settings, GateRules(), measure, slowdown, clock,
                     [](const std::string&) {});
  }
};

TEST(GateSelfTest, finds_what_was_injected_and_nothing_where_nothing_was) {
  MadeUpMachine machine;
  machine.settings.slowdowns = {0.05};
  machine.settings.suites = 3;
  machine.settings.resampled = 50;
  const auto levels = machine.run();
  ASSERT_TRUE(levels) << levels.error().message;
  ASSERT_EQ(levels->size(), 2u);
  const SelfTestLevel& equals = levels->front();
  EXPECT_EQ(equals.suites.hits, 0u);
  EXPECT_EQ(equals.suites.of, 3u);
  EXPECT_EQ(equals.resampled_suites.hits, 0u);
  EXPECT_EQ(equals.resampled_suites.of, 50u);
  EXPECT_EQ(equals.triples, 60u);
  const SelfTestLevel& injected = levels->back();
  EXPECT_EQ(injected.suites.hits, 3u);
  EXPECT_EQ(injected.resampled_suites.hits, 50u);
  for (const SelfTestCell& cell : injected.cells) {
    EXPECT_EQ(cell.flagged.hits, 3u);
    EXPECT_EQ(cell.confirmed.hits, 3u);
    EXPECT_EQ(cell.resampled_confirmed.of, 50u);
    EXPECT_NEAR(cell.effect.estimate, 0.05, 0.005);
  }
}

TEST(GateSelfTest, slowdowns_work_in_the_head_and_barriers_in_the_base) {
  MadeUpMachine machine;
  machine.settings.slowdowns = {0.05, 0.1};
  ASSERT_TRUE(machine.run());
  using Shares = std::array<std::optional<double>, kArms>;
  EXPECT_EQ(machine.asked,
            (std::vector<Shares>{Shares{}, Shares{0.0, 0.0, 0.05}, Shares{0.0, 0.0, 0.1}}));
}

TEST(GateSelfTest, draws_no_suites_from_too_few_processes) {
  MadeUpMachine machine;
  const auto levels = machine.run();
  ASSERT_TRUE(levels);
  EXPECT_EQ(levels->front().resampled_suites.of, 0u);
  EXPECT_THAT(self_test_text(*levels, machine.settings),
              HasSubstr("nothing: no resampled suites: they take 40 replicates, and there are 20"));
}

TEST(GateSelfTest, is_no_test_where_a_cell_did_not_run) {
  MadeUpMachine machine;
  machine.dies = "b";
  const auto levels = machine.run();
  ASSERT_FALSE(levels);
  EXPECT_EQ(levels.error().kind, ErrorKind::runtime);
  EXPECT_EQ(levels.error().message,
            "the self-test needs every cell, and b did not run in control: the worker died");
}

TEST(GateSelfTest, prints_rates_with_their_intervals) {
  MadeUpMachine machine;
  machine.settings.slowdowns = {0.05};
  machine.settings.suites = 2;
  machine.settings.resampled = 10;
  const auto levels = machine.run();
  ASSERT_TRUE(levels);
  const std::string text = self_test_text(*levels, machine.settings);
  EXPECT_THAT(text, HasSubstr("0/2 [0.0, 84.2] %"));
  EXPECT_THAT(text, HasSubstr("2/2 [15.8, 100.0] %"));
  EXPECT_THAT(text, HasSubstr("Resampled suites are drawn from the real ones' processes"));
  EXPECT_THAT(text, HasSubstr("0 of 2 real suites of equals raised an alarm; of an injected 5 % it "
                              "found 4 of 4"));
  const nlohmann::json document = to_json(*levels);
  EXPECT_EQ(document[1]["plant"], 0.05);
  EXPECT_EQ(document[1]["suites"]["hits"], 2);
  EXPECT_EQ(document[0]["cells"][0]["confirmed"]["of"], 2);
}

TEST(GateSelfTest, its_document_says_which_cells_the_gate_is_blind_in) {
  MadeUpMachine machine;
  machine.settings.slowdowns = {0.05};
  machine.scatter = 0.3;
  const auto levels = machine.run();
  ASSERT_TRUE(levels);
  const Comparison comparison = self_test_comparison(*levels, machine.settings, GateRules());
  EXPECT_EQ(comparison.kind, "self-test");
  EXPECT_EQ(comparison.exit, 0);
  ASSERT_EQ(comparison.cells.size(), 4u);
  EXPECT_EQ(comparison.cells[0].cell, "a (nothing injected)");
  EXPECT_EQ(comparison.cells[0].verdict, Verdict::pass);
  EXPECT_EQ(comparison.cells[2].cell, "a (+5 % injected)");
  EXPECT_EQ(comparison.cells[2].verdict, Verdict::inconclusive);
}

}  // namespace
}  // namespace pmembench
