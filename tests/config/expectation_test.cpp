// What a campaign may expect of its rows.
#include "config/expectation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/campaign_reader.hpp"
#include "tests/config/test_schema.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

Expectation expected(const std::string& name, const std::string& text) {
  auto read = read_expectation(name, text, {"c", 1, 2}, {"c", 1, 9});
  EXPECT_TRUE(read) << read.error().message;
  return read ? *std::move(read) : Expectation();
}

std::string refused_expectation(const std::string& name, const std::string& text) {
  const auto read = read_expectation(name, text, {"c", 1, 2}, {"c", 1, 9});
  return read ? "" : read.error().message;
}

TEST(Expectation, has_numbers_in_our_units) {
  EXPECT_EQ(expected("page_bytes", "2M").number, 2097152);
  const Expectation bandwidth = expected("bandwidth", ">= 20G/s");
  EXPECT_EQ(bandwidth.relation, ExpectedRelation::at_least);
  EXPECT_EQ(bandwidth.number, 20.0 * (1 << 30));
  const Expectation p99 = expected("p99", "<=2us");
  EXPECT_EQ(p99.relation, ExpectedRelation::at_most);
  EXPECT_EQ(p99.number, 2000);
  EXPECT_EQ(expected("rate", ">= 1.5M").number, 1.5e6);
  EXPECT_EQ(expected("dax", "true").word, "true");
  EXPECT_EQ(expected("node", "1").number, 1);
}

TEST(Expectation, refuses_what_cannot_be_judged_and_says_how_it_is_written) {
  EXPECT_THAT(refused_expectation("bandwith", ">= 1G"), HasSubstr("did you mean 'bandwidth'?"));
  EXPECT_THAT(refused_expectation("bandwidth", "20G"), HasSubstr("write it as \">= 20G\""));
  EXPECT_THAT(refused_expectation("page_bytes", ">= 2M"), HasSubstr("write it as \"2M\""));
  EXPECT_THAT(refused_expectation("dax", "maybe"), HasSubstr("true or false"));
  EXPECT_THAT(refused_expectation("p99", "<= 2"), HasSubstr("c:1:9: p99: "));
  EXPECT_NE(refused_expectation("rate", ">= -1"), "");
  EXPECT_NE(refused_expectation("node", "-1"), "");
}

TEST(CampaignReader, reads_expectations_of_groups_and_of_all) {
  auto campaign = read_campaign_text(
      "media: dram:1M\nexpect: {node: 0, bandwidth: \">= 1G\"}\ncells:\n  - workload: random\n"
      "    expect:\n      bandwidth: \">= 2G\"\n  - workload: chase\n",
      "c.yaml", test_schema());
  ASSERT_TRUE(campaign) << campaign.error().message;
  ASSERT_EQ(campaign->groups.size(), 2U);
  ASSERT_EQ(campaign->groups[0].expectations.size(), 2U);
  EXPECT_EQ(campaign->groups[0].expectations[0].text, ">= 2G") << "a group's own before all's";
  EXPECT_EQ(campaign->groups[1].expectations[1].text, ">= 1G");
}

TEST(CampaignReader, refuses_an_expectation_with_its_place) {
  const auto error_of = [](const std::string& expect) {
    const auto campaign = read_campaign_text(
        "media: dram:1M\ncells:\n  - workload: random\n    expect: " + expect + "\n", "c.yaml",
        test_schema());
    return campaign ? std::string() : campaign.error().message;
  };
  EXPECT_THAT(error_of("{speed: 1}"), HasSubstr("c.yaml:4:14: nothing named 'speed'"));
  EXPECT_THAT(error_of("5"), HasSubstr("'expect' is a map"));
  EXPECT_THAT(error_of("{}"), HasSubstr("'expect' is a map"));
  EXPECT_THAT(error_of("{node: [1, 2]}"), HasSubstr("takes one value"));
}

}  // namespace
}  // namespace pmembench
