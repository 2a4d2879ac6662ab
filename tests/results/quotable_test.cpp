#include "results/quotable.hpp"

#include <gmock/gmock.h>

#include "record/limits.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

Row good_row(const std::string& cell = "a") {
  Row row = sample::row();
  row.cell = cell;
  row.converged = true;
  row.disturbed_share = 0;
  row.claim = "durable";
  row.placement.verified = "cpus 0; node 0: 100 %";
  row.medium.emplace();
  row.medium->size_bytes = 1 << 20;
  row.warnings.clear();
  return row;
}

// "yes yes yes yes yes", in the order of the lights.
std::string answers(const std::vector<Row>& rows) {
  std::string text;
  for (const QuotableLight& light : quotable_lights(rows)) {
    text += (text.empty() ? "" : " ") + light.answer;
  }
  return text;
}

TEST(Quotable, answers_yes_to_all_five_questions_where_nothing_is_wrong) {
  EXPECT_EQ(answers({good_row()}), "yes yes yes yes yes");
  for (const QuotableLight& light : quotable_lights({good_row()})) {
    EXPECT_FALSE(light.reason.empty()) << light.name;
  }
}

TEST(Quotable, is_empty_for_a_run_that_measured_nothing) {
  Row row = good_row();
  row.status = "skipped";
  EXPECT_TRUE(quotable_lights({row}).empty());
  EXPECT_TRUE(quotable_lights({}).empty());
}

TEST(Quotable, names_how_many_rows_are_not_good) {
  Row bad = good_row("b");
  bad.converged = false;
  bad.disturbed_share = 2 * limits::kDisturbedShare;
  bad.medium.reset();
  bad.placement.verified.clear();
  EXPECT_EQ(answers({good_row(), bad}), "partly partly partly partly yes");
  EXPECT_EQ(answers({bad}), "no no no no yes");
  for (const QuotableLight& light : quotable_lights({good_row(), good_row("c"), bad})) {
    if (light.name == "claim") continue;
    EXPECT_THAT(light.reason, testing::StartsWith("1 of 3 rows ")) << light.name;
  }
}

// Each warning is about the light that the catalogue names.
TEST(Quotable, follows_the_warnings_of_the_catalogue) {
  const std::map<Light, std::string> expected{{Light::medium, "no yes yes yes yes"},
                                              {Light::placement, "yes no yes yes yes"},
                                              {Light::noise, "yes yes no yes yes"},
                                              {Light::precision, "yes yes yes no yes"},
                                              {Light::claim, "yes yes yes yes partly"}};
  for (const WarningType& type : warning_types()) {
    Row row = good_row();
    row.warnings = {{std::string(type.name), "a sentence"}};
    EXPECT_EQ(answers({row}), expected.at(type.light)) << type.name;
  }
}

TEST(Quotable, names_a_cause_of_the_whole_run_once) {
  std::vector<Row> rows{good_row("a"), good_row("b")};
  for (Row& row : rows) row.warnings = {{"other_load", "busy"}};
  rows[0].warnings.push_back({"steal", "5 %"});
  EXPECT_EQ(quotable_lights(rows).at(2).reason, "other_load all, steal 1");
}

TEST(Quotable, does_not_claim_durability_on_a_stand_in) {
  Row emulated = good_row(), read = good_row("read");
  emulated.claim = "emulated";
  read.claim = "volatile";
  EXPECT_EQ(quotable_lights({emulated, read}).back().answer, "no");
  EXPECT_THAT(quotable_lights({emulated, read}).back().reason, testing::HasSubstr("1 of 1"));
  EXPECT_EQ(quotable_lights({emulated, good_row("b")}).back().answer, "partly");
  EXPECT_EQ(quotable_lights({read}).back().answer, "yes");
}

}  // namespace
}  // namespace pmembench
