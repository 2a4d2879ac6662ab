#include <gtest/gtest.h>

#include <string>

#include "tests/config/test_schema.hpp"

namespace pmembench {
namespace {

Campaign base() {
  auto campaign = read_campaign_text(
      "media: dram:1M\ncells:\n  - workload: random\n    matrix: {threads: [1, 2]}\n"
      "  - workload: chase\n",
      "c.yaml", test_schema());
  EXPECT_TRUE(campaign);
  return std::move(campaign).value();
}

std::string set_refusal(const std::string& assignment) {
  Campaign campaign = base();
  const Status status = apply_set(campaign, assignment, test_schema());
  return status ? "no error" : status.error().message;
}

std::string texts(const CampaignAxis* axis) {
  std::string text = axis == nullptr ? "none" : "";
  if (axis == nullptr) return text;
  for (const CampaignValue& value : axis->values) text += (text.empty() ? "" : " ") + value.text;
  return text;
}

TEST(ApplySet, changes_a_setting) {
  Campaign campaign = base();
  ASSERT_TRUE(apply_set(campaign, "budget=5s", test_schema()));
  EXPECT_EQ(campaign.settings.budget_ns, 5'000'000'000U);
  EXPECT_EQ(campaign.setting_positions.at("budget").text(), "--set");
}

TEST(ApplySet, gives_every_group_the_values) {
  Campaign campaign = base();
  ASSERT_TRUE(apply_set(campaign, "threads=4,all", test_schema()));
  EXPECT_EQ(texts(campaign.groups[0].axis("threads")), "4 all");
  EXPECT_EQ(texts(campaign.groups[1].axis("threads")), "4 all");
  EXPECT_EQ(campaign.groups[0].axes.back().key, "threads") << "the order of axes is kept";
  EXPECT_FALSE(campaign.groups[0].axis("threads")->inherited);
  EXPECT_TRUE(campaign.groups[1].axis("threads")->inherited);
  EXPECT_EQ(campaign.groups[1].axis("threads")->values[0].at.text(), "--set");
}

TEST(ApplySet, reads_ranges_and_sizes) {
  Campaign campaign = base();
  ASSERT_TRUE(apply_set(campaign, "operation_size=64:*4:1K,1M", test_schema()));
  EXPECT_EQ(texts(campaign.groups[0].axis("operation_size")), "64 256 1024 1048576");
}

TEST(ApplySet, leaves_the_commas_of_a_medium_alone) {
  Campaign campaign = base();
  ASSERT_TRUE(apply_set(campaign, "media=dram:1G,node=0,pages=2m", test_schema()));
  EXPECT_EQ(texts(campaign.groups[0].axis("media")), "dram:1G,node=0,pages=2m");
}

TEST(ApplySet, refuses_what_it_cannot_read) {
  EXPECT_EQ(set_refusal("budget"),
            "--set: 'budget' is not an assignment: write key=value, such as budget=60s");
  EXPECT_EQ(set_refusal("=5"),
            "--set: '=5' is not an assignment: write key=value, such as budget=60s");
  EXPECT_EQ(set_refusal("budget="), "--set: 'budget' has no value");
  EXPECT_EQ(set_refusal("budgte=5s"), "--set: unknown key 'budgte'; did you mean 'budget'?");
  EXPECT_EQ(set_refusal("cells=5s"), "--set: unknown key 'cells'");
  EXPECT_EQ(set_refusal("threads=1,,2"),
            "--set: threads: '1,,2' has an empty value between its commas");
  EXPECT_EQ(set_refusal("threads=many"),
            "--set: threads: 'many' is not a whole number, and not one of: all");
  EXPECT_EQ(set_refusal("precision=0"),
            "--set: precision: '0' is out of range: it must be above 0% and at most 100%");
  EXPECT_EQ(set_refusal("burst=1:+1:4096,1"), "--set: 'burst' has more than 4096 values");
  EXPECT_EQ(set_refusal("burst=1:+1:4096"),
            "--set: the matrices make more than 10000 cells: split the campaign");
}

TEST(ApplySet, leaves_the_campaign_where_it_refuses) {
  Campaign campaign = base();
  EXPECT_FALSE(apply_set(campaign, "burst=1:+1:4096", test_schema()));
  EXPECT_EQ(campaign.groups[0].axis("burst"), nullptr);
}

TEST(ApplySet, leaves_settings_that_contradict_to_the_check_after_all) {
  Campaign campaign = base();
  ASSERT_TRUE(apply_set(campaign, "maximum_replicates=2", test_schema()));
  const Status status = check_settings(campaign);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "--set: minimum_replicates (6) is above maximum_replicates (2): set both");
  ASSERT_TRUE(apply_set(campaign, "minimum_replicates=2", test_schema()));
  EXPECT_TRUE(check_settings(campaign));
}

}  // namespace
}  // namespace pmembench
