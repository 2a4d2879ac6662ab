#include "config/settings.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace pmembench {
namespace {

std::string refusal(const std::string& name, const std::string& text) {
  MeasureSettings settings;
  const Status status = read_setting(settings, name, text, {"c.yaml", 4, 9});
  return status ? "no error" : status.error().message;
}

MeasureSettings with(const std::string& name, const std::string& text) {
  MeasureSettings settings;
  const Status status = read_setting(settings, name, text, {});
  EXPECT_TRUE(status) << name << "=" << text << ": " << status.error().message;
  return settings;
}

TEST(Settings, reads_each_into_its_own_field) {
  EXPECT_EQ(with("budget", "45s").budget_ns, 45'000'000'000U);
  EXPECT_DOUBLE_EQ(with("precision", "3%").precision, 0.03);
  EXPECT_DOUBLE_EQ(with("precision", "0.03").precision, 0.03);
  EXPECT_DOUBLE_EQ(with("precision", "100%").precision, 1);
  EXPECT_DOUBLE_EQ(with("confidence", "0.99").confidence, 0.99);
  EXPECT_EQ(with("minimum_replicates", "3").minimum_replicates, 3U);
  EXPECT_EQ(with("maximum_replicates", "7").maximum_replicates, 7U);
  EXPECT_EQ(with("slices", "10").slices, 10U);
  EXPECT_EQ(with("slice", "2ms").slice_ns, 2'000'000U);
  EXPECT_EQ(with("seed", "0").seed, 0U);
  EXPECT_EQ(with("seed", "9223372036854775807").seed, 9223372036854775807U);
}

TEST(Settings, knows_every_name_it_lists) {
  EXPECT_EQ(setting_names().size(), 8U);
  for (const std::string& name : setting_names()) EXPECT_TRUE(is_setting(name));
  EXPECT_FALSE(is_setting("threads"));
}

TEST(Settings, stand_in_the_reference_with_their_defaults) {
  std::ifstream file(std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../docs/campaigns.md");
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const MeasureSettings usual;
  for (const std::string& name : setting_names()) {
    const std::string row = "| `" + name + "` | `";
    const std::size_t at = text.find(row);
    ASSERT_NE(at, std::string::npos) << name;
    const std::size_t begin = at + row.size();
    MeasureSettings read;
    read.budget_ns = read.slice_ns = read.seed = 77;
    read.precision = read.confidence = 0.77;
    read.minimum_replicates = read.maximum_replicates = read.slices = 77;
    ASSERT_TRUE(read_setting(read, name, text.substr(begin, text.find('`', begin) - begin), {}));
    const int defaults = (read.budget_ns == usual.budget_ns) + (read.precision == usual.precision) +
                         (read.confidence == usual.confidence) +
                         (read.minimum_replicates == usual.minimum_replicates) +
                         (read.maximum_replicates == usual.maximum_replicates) +
                         (read.slices == usual.slices) + (read.slice_ns == usual.slice_ns) +
                         (read.seed == usual.seed);
    EXPECT_EQ(defaults, 1) << name;
  }
}

TEST(Settings, refuses_times_that_are_none) {
  EXPECT_EQ(
      refusal("budget", "45"),
      "c.yaml:4:9: budget: '45' is not a duration: write a number with ns, us, ms, s, m or h");
  EXPECT_EQ(refusal("budget", "0s"),
            "c.yaml:4:9: budget: '0s' is not a time above zero: write more than 0");
  EXPECT_EQ(refusal("slice", "0.1ns"),
            "c.yaml:4:9: slice: '0.1ns' is not a time above zero: write more than 0");
  EXPECT_EQ(refusal("budget", "9999h"), "c.yaml:4:9: budget: '9999h' is longer than a year");
}

TEST(Settings, refuses_shares_out_of_range) {
  EXPECT_EQ(refusal("precision", "2 percent"),
            "c.yaml:4:9: precision: '2 percent' is not a share: write a percentage such as 2%, or "
            "0.02");
  for (const char* text : {"0", "0%", "-1%", "101%", "2", "nan", "inf"}) {
    EXPECT_EQ(refusal("precision", text),
              fmt::format("c.yaml:4:9: precision: '{}' is out of range: it must be above 0% and at "
                          "most 100%",
                          text));
  }
  EXPECT_EQ(refusal("confidence", "100%"),
            "c.yaml:4:9: confidence: '100%' is out of range: it must be above 0% and below 100%");
}

TEST(Settings, refuses_numbers_out_of_range) {
  EXPECT_EQ(refusal("minimum_replicates", "0"),
            "c.yaml:4:9: minimum_replicates: '0' is out of range: it must be from 1 to 1000000");
  EXPECT_EQ(refusal("slices", "4294967297"),
            "c.yaml:4:9: slices: '4294967297' is out of range: it must be from 1 to 1000000");
  EXPECT_EQ(refusal("maximum_replicates", "many"),
            "c.yaml:4:9: maximum_replicates: 'many' is not a whole number");
  EXPECT_EQ(refusal("seed", "-1"), "c.yaml:4:9: seed: '-1' is not a whole number");
}

TEST(Settings, leaves_the_value_where_it_refuses) {
  MeasureSettings settings;
  EXPECT_FALSE(read_setting(settings, "precision", "7", {}));
  EXPECT_DOUBLE_EQ(settings.precision, MeasureSettings{}.precision);
}

}  // namespace
}  // namespace pmembench
