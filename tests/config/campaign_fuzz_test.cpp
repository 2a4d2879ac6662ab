// Whatever stands in the file: a campaign or a sentence with a place, and never a crash.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>
#include <string>

#include "base/random.hpp"
#include "tests/config/test_schema.hpp"

namespace pmembench {
namespace {

std::string quick_campaign() {
  std::ifstream file(std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/../configs/quick.yaml");
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

constexpr std::array<std::string_view, 34> kWords{": ",
                                                  "- ",
                                                  "\n",
                                                  "  ",
                                                  "[",
                                                  "]",
                                                  "{",
                                                  "}",
                                                  ",",
                                                  "&a ",
                                                  "*a",
                                                  "!!str ",
                                                  "? ",
                                                  "| ",
                                                  "> ",
                                                  "'",
                                                  "\"",
                                                  "#",
                                                  "---",
                                                  "...",
                                                  "<<: ",
                                                  "null",
                                                  "~",
                                                  "%YAML 1.2\n",
                                                  "\t",
                                                  "\r",
                                                  "64:*1:4K",
                                                  "1:+1:9999999999",
                                                  "cells",
                                                  "matrix: ",
                                                  "99999999999999999999",
                                                  "\xEF\xBB\xBF",
                                                  "\x01",
                                                  "\xC3"};

std::string mutate(std::string text, Random& random) {
  const std::uint64_t changes = 1 + random.below(6);
  for (std::uint64_t i = 0; i < changes && !text.empty(); ++i) {
    const std::size_t at = random.below(text.size());
    const std::size_t length = random.below(1 + std::min<std::size_t>(40, text.size() - at));
    const std::string piece = text.substr(at, length);
    switch (random.below(5)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kWords[random.below(kWords.size())]);
        break;
      case 2:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 3:
        text.insert(random.below(text.size()), piece);
        break;
      default:
        text.resize(at);
    }
  }
  return text;
}

// "f.yaml:LINE:COLUMN: sentence" with the line inside the text (or just behind its end).
bool is_positioned(const std::string& message, const std::string& text) {
  const std::string prefix = "f.yaml:";
  if (!message.starts_with(prefix)) return false;
  std::size_t end = 0;
  const std::string rest = message.substr(prefix.size());
  if (rest.empty() || std::isdigit(static_cast<unsigned char>(rest[0])) == 0) return false;
  const int line = std::stoi(rest, &end);
  const std::string column = rest.substr(end);
  if (column.size() < 2 || column[0] != ':' ||
      std::isdigit(static_cast<unsigned char>(column[1])) == 0) {
    return false;
  }
  const int column_number = std::stoi(column.substr(1), &end);
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  return line >= 1 && line <= lines && column_number >= 1 &&
         column.substr(end + 1).starts_with(": ") && column.size() > end + 8;
}

TEST(CampaignFuzz, two_thousand_mutations_give_a_campaign_or_a_place) {
  const std::string original = quick_campaign();
  ASSERT_FALSE(original.empty());
  int read = 0;
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    const std::string text = mutate(original, random);
    const auto campaign = read_campaign_text(text, "f.yaml", test_schema());
    (campaign ? read : refused) += 1;
    if (campaign) {
      EXPECT_FALSE(campaign->groups.empty()) << "seed " << seed;
      continue;
    }
    EXPECT_EQ(campaign.error().kind, ErrorKind::usage) << "seed " << seed;
    EXPECT_TRUE(is_positioned(campaign.error().message, text))
        << "seed " << seed << ": " << campaign.error().message;
  }
  EXPECT_GT(read, 50) << "the mutations are too wild to say much";
  EXPECT_GT(refused, 500) << "the mutations are too tame to say much";
}

TEST(CampaignFuzz, random_bytes_give_a_place) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    std::string text(random.below(200), ' ');
    for (char& c : text) c = static_cast<char>(random.below(seed % 2 == 0 ? 256 : 128));
    const auto campaign = read_campaign_text(text, "f.yaml", test_schema());
    ASSERT_FALSE(campaign) << "seed " << seed;
    EXPECT_TRUE(is_positioned(campaign.error().message, text))
        << "seed " << seed << ": " << campaign.error().message;
  }
}

TEST(CampaignFuzz, random_settings_give_a_campaign_or_a_sentence) {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    Random random(seed);
    const auto schema = test_schema();
    std::string text =
        random.below(2) == 0 ? "precision" : schema[random.below(schema.size())].name;
    text += "=";
    for (std::uint64_t i = random.below(5); i > 0; --i) text += kWords[random.below(kWords.size())];
    for (std::uint64_t i = random.below(5); i > 0; --i) text += "0123456789,:*%"[random.below(14)];
    auto campaign = read_campaign_text("cells: [{workload: a}]", "f.yaml", schema);
    ASSERT_TRUE(campaign);
    const Status status = apply_set(*campaign, text, schema);
    if (!status) {
      EXPECT_TRUE(status.error().message.starts_with("--set: ")) << seed;
    }
  }
}

}  // namespace
}  // namespace pmembench
