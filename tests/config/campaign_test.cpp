#include "config/campaign.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(SourcePosition, reads_as_compilers_write_it) {
  EXPECT_EQ((SourcePosition{"quick.yaml", 12, 7}.text()), "quick.yaml:12:7");
}

TEST(SourcePosition, without_a_line_is_the_command_line) {
  EXPECT_EQ((SourcePosition{"", 0, 0}.text()), "--set");
}

TEST(ErrorAt, is_a_usage_error_that_begins_with_the_place) {
  const Error error = error_at({"a.yaml", 3, 4}, "this is wrong");
  EXPECT_EQ(error.kind, ErrorKind::usage);
  EXPECT_EQ(error.message, "a.yaml:3:4: this is wrong");
}

TEST(CellGroup, finds_its_axes_by_key) {
  CellGroup group;
  group.axes.push_back({"threads", {}, {{"1", {}}}, false});
  ASSERT_NE(group.axis("threads"), nullptr);
  EXPECT_EQ(group.axis("threads")->values.front().text, "1");
  EXPECT_EQ(group.axis("media"), nullptr);
}

TEST(CheckSettings, refuses_more_replicates_at_least_than_at_most) {
  Campaign campaign;
  campaign.settings.minimum_replicates = 9;
  campaign.settings.maximum_replicates = 8;
  campaign.setting_positions["minimum_replicates"] = {"c.yaml", 2, 21};
  const Status status = check_settings(campaign);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "c.yaml:2:21: minimum_replicates (9) is above maximum_replicates (8): set both");
}

TEST(CheckSettings, accepts_equal_numbers_of_replicates) {
  Campaign campaign;
  campaign.settings.minimum_replicates = 8;
  campaign.settings.maximum_replicates = 8;
  EXPECT_TRUE(check_settings(campaign));
}

}  // namespace
}  // namespace pmembench
