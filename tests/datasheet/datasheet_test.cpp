// A datasheet as JSON and as constants.
#include "datasheet/datasheet.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

MediumSheet small_sheet() {
  MediumSheet sheet;
  sheet.media = "/dev/dax0.0";
  Inference line{
      .property = "read_line", .determined = true, .value = 256, .low = 256, .high = 256};
  line.unit = "B";
  Inference buffer = line;
  buffer.value = 16'001;
  Inference stall = line;
  stall.unit = "ns";
  Inference none = line;
  none.none = true;
  sheet.structure = {{line, "read line", "", "read_line", 0},
                     {buffer, "capacity", "", "capacity", 175},
                     {buffer, "capacity", "", "capacity", 0},
                     {stall, "refresh stall", "", "refresh", 0},
                     {none, "write line", "", "write_line", 0},
                     {not_determined("banks", "noise"), "bank classes", "", "banks", 0}};
  sheet.scores = {{"read_line", 97, 1, 2}};
  return sheet;
}

TEST(Datasheet, as_json_says_what_a_line_is_worth_and_how_to_repeat_it) {
  Datasheet sheet;
  sheet.media = {small_sheet()};
  sheet.against = {{"read", {0.5, 0.4, 0.6, true}}};
  const nlohmann::json json = to_json(sheet);
  const nlohmann::json& lines = json["media"][0]["structure"];
  EXPECT_EQ(lines[0]["value"], 256);
  EXPECT_EQ(lines[0]["self_test"]["right"], 97);
  EXPECT_EQ(lines[0]["repeat"], "pmembench characterize --media /dev/dax0.0 --only read_line");
  EXPECT_EQ(lines[1]["added_ns"], 175);
  EXPECT_TRUE(lines[1]["self_test"].is_null());
  EXPECT_TRUE(lines[4]["value"].is_null());
  EXPECT_TRUE(lines[4]["none"]);
  EXPECT_EQ(lines[5]["reason"], "noise");
  EXPECT_TRUE(lines[5]["value"].is_null());
  EXPECT_EQ(json["against"][0]["ratio"]["value"], 0.5);
}

TEST(Datasheet, repeats_wear_with_the_right_to_wear) {
  EXPECT_EQ(repeat_command(small_sheet(), "wear"),
            "pmembench characterize --media /dev/dax0.0 --only wear --wear --destroy");
}

TEST(Datasheet, gives_sizes_as_constants_in_whole_lines) {
  const std::string yaml = constants_yaml(small_sheet());
  EXPECT_NE(yaml.find("\nread_line: 256\ncapacity: 16000\ncapacity_2: 16000\n"), std::string::npos)
      << yaml;
  EXPECT_EQ(yaml.find("refresh_stall"), std::string::npos);
  EXPECT_EQ(yaml.find("write_line:"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
