#include "results/crossover.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "words.hpp"

namespace pmembench {
namespace {

std::pair<std::vector<DurabilityCosts>, std::vector<Crossover>> figures() {
  DurabilityCosts costs;
  costs.title = "durability line=dirty, clwb";
  costs.steps = {{"a", "store", {50, 49, 51, true}, std::nullopt},
                 {"b", "store_flush", {80, 79, 81, true}, Estimate{30, 29, 31, true}}};
  costs.durable_ns = Estimate{220, 210, 230, true};
  costs.inverse_throughput_ns = Estimate{110, 109, 111, true};
  costs.in_flight = Estimate{2, 1.9, 2.1, true};
  Crossover within{"random, 1 thread", "clwb", "movnt", 64, 4096, 600, 300, 1000, true};
  Crossover above = within;
  above.bytes = above.high = std::numeric_limits<double>::infinity();
  above.low = 0;
  return {{costs}, {within, above}};
}

TEST(DurabilityTable, has_a_heading_above_the_steps_of_each_group) {
  const auto tables = durability_tables(figures().first, {});
  EXPECT_EQ(tables.at(0).rows.at(0).heading, "durability line=dirty, clwb");
}

TEST(DurabilityTable, prints_steps_latencies_and_crossovers) {
  const std::string text = sample::words_of(durability_tables(figures().first, figures().second));
  EXPECT_NE(text.find("store_flush | 80 ns | +30.0 ns [+29.0, +31.0]\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("220 ns"), std::string::npos) << text;
  EXPECT_NE(text.find("2.00 [1.90, 2.10]"), std::string::npos) << text;
  EXPECT_NE(text.find("600 B | [300 B, 1000 B]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("above 4 KiB | [below 64 B, above 4 KiB]\n"), std::string::npos) << text;
}

TEST(DurabilityTable, is_an_object_a_line_for_programs) {
  std::istringstream lines(durability_json_lines(figures().first, figures().second));
  std::vector<nlohmann::json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(objects.size(), 3u);
  EXPECT_EQ(objects[0]["derived"], "durability");
  EXPECT_EQ(objects[0]["steps"][1]["cost_ns"]["estimate"], 30);
  EXPECT_EQ(objects[0]["steps"][0]["cost_ns"], nullptr);
  EXPECT_EQ(objects[0]["issue_ns"], nullptr);
  EXPECT_EQ(objects[0]["in_flight"]["high"], 2.1);
  EXPECT_EQ(objects[1]["derived"], "crossover");
  EXPECT_EQ(objects[1]["bytes"], 600);
  EXPECT_EQ(objects[2]["bytes"], "above");
  EXPECT_EQ(objects[2]["low"], "below");
}

TEST(DurabilityTable, is_nothing_where_nothing_was_found) {
  EXPECT_TRUE(durability_tables({}, {}).empty());
  EXPECT_EQ(durability_json_lines({}, {}), "");
}

}  // namespace
}  // namespace pmembench
