#include "config/campaign_reader.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "tests/config/test_schema.hpp"

namespace pmembench {
namespace {

constexpr const char* kCampaign = R"(name: two
description: two groups
media: dram:128M
budget: 45s
precision: 2%
operation_size: [64, 4K]
cells:
  - workload: random
    timing: slice
    matrix:
      backend: [usable, null]
      threads: [1, all]
  - workload: chase
    path: mapped
    operation_size: "64"
)";

Campaign read(const std::string& yaml) {
  auto campaign = read_campaign_text(yaml, "c.yaml", test_schema());
  EXPECT_TRUE(campaign) << campaign.error().message;
  return campaign ? std::move(campaign).value() : Campaign{};
}

// "key=v1,v2 key=v" in the order of the axes.
std::string axes_of(const CellGroup& group) {
  std::string text;
  for (const CampaignAxis& axis : group.axes) {
    text += (text.empty() ? "" : " ") + axis.key + "=";
    for (const CampaignValue& value : axis.values) {
      text += (text.back() == '=' ? "" : ",") + value.text;
    }
  }
  return text;
}

TEST(CampaignReader, reads_names_settings_and_groups) {
  const Campaign campaign = read(kCampaign);
  EXPECT_EQ(campaign.name, "two");
  EXPECT_EQ(campaign.description, "two groups");
  EXPECT_EQ(campaign.file, "c.yaml");
  EXPECT_EQ(campaign.settings.budget_ns, 45'000'000'000U);
  EXPECT_DOUBLE_EQ(campaign.settings.precision, 0.02);
  EXPECT_EQ(campaign.settings.slices, MeasureSettings{}.slices);
  ASSERT_EQ(campaign.groups.size(), 2U);
}

TEST(CampaignReader, puts_defaults_first_unless_the_group_has_its_own) {
  const Campaign campaign = read(kCampaign);
  EXPECT_EQ(axes_of(campaign.groups[0]),
            "media=dram:128M operation_size=64,4096 workload=random timing=slice "
            "backend=usable,null threads=1,all");
  EXPECT_EQ(axes_of(campaign.groups[1]),
            "media=dram:128M workload=chase path=mapped operation_size=64");
  EXPECT_TRUE(campaign.groups[0].axis("operation_size")->inherited);
  EXPECT_FALSE(campaign.groups[1].axis("operation_size")->inherited);
}

TEST(CampaignReader, keeps_the_place_of_every_word) {
  const Campaign campaign = read(kCampaign);
  EXPECT_EQ(campaign.groups[0].at.text(), "c.yaml:8:5");
  EXPECT_EQ(campaign.groups[0].axis("backend")->at.text(), "c.yaml:11:7");
  EXPECT_EQ(campaign.groups[0].axis("backend")->values[1].at.text(), "c.yaml:11:25");
  EXPECT_EQ(campaign.groups[1].axis("media")->values[0].at.text(), "c.yaml:3:8");
  EXPECT_EQ(campaign.setting_positions.at("precision").text(), "c.yaml:5:12");
}

TEST(CampaignReader, reads_ranges_in_matrices_lists_and_defaults) {
  const Campaign campaign =
      read("threads: 1:*2:4\ncells:\n  - matrix: {operation_size: 64:*4:1K, burst: [1, 2:+1:4]}\n");
  EXPECT_EQ(axes_of(campaign.groups[0]), "threads=1,2,4 operation_size=64,256,1024 burst=1,2,3,4");
}

TEST(CampaignReader, shares_a_matrix_through_an_alias) {
  const Campaign campaign = read(
      "cells:\n  - workload: a\n    matrix: &m {threads: [1, 2]}\n  - workload: b\n    matrix: "
      "*m\n");
  EXPECT_EQ(axes_of(campaign.groups[1]), "workload=b threads=1,2");
}

TEST(CampaignReader, is_named_after_its_file_where_it_has_no_name) {
  const auto campaign =
      read_campaign_text("cells: [{workload: a}]", "/etc/my campaigns/night.yaml", test_schema());
  ASSERT_TRUE(campaign);
  EXPECT_EQ(campaign->name, "night");
}

TEST(CampaignReader, reads_a_file) {
  const std::string path = testing::TempDir() + "campaign_reader_test.yaml";
  std::ofstream(path) << kCampaign;
  const auto campaign = read_campaign(path, test_schema());
  std::remove(path.c_str());
  ASSERT_TRUE(campaign) << campaign.error().message;
  EXPECT_EQ(campaign->groups.size(), 2U);
  EXPECT_EQ(campaign->groups[0].at.file, path);
}

TEST(CampaignReader, refuses_what_is_no_file) {
  const auto missing = read_campaign("/nonexistent/c.yaml", test_schema());
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::usage);
  EXPECT_EQ(missing.error().message,
            "/nonexistent/c.yaml:1:1: the campaign cannot be read: No such file or directory; name "
            "a YAML file");
  const auto folder = read_campaign("/", test_schema());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message,
            "/:1:1: the campaign cannot be read: Is a directory; name a YAML file");
  const auto endless = read_campaign("/dev/zero", test_schema());
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().message, "/dev/zero:1:1: the file is larger than 1 MiB");
  const auto nothing = read_campaign("/dev/null", test_schema());
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().message,
            "/dev/null:1:1: a campaign is a map of keys such as name, media and cells");
}

}  // namespace
}  // namespace pmembench
