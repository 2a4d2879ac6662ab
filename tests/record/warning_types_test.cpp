// The catalogue, its page and the code that warns are one list.
#include "record/warning_types.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace pmembench {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path root() { return std::filesystem::path(PMEMBENCH_TEST_SOURCE_DIR) / ".."; }

std::string scope_word(WarningScope scope) {
  if (scope == WarningScope::row) return "row";
  return scope == WarningScope::run ? "run" : "comparison";
}

TEST(WarningTypes, are_the_lines_of_their_page) {
  std::vector<std::string> listed;
  for (const WarningType& type : warning_types()) {
    listed.push_back("| `" + std::string(type.name) + "` | " + scope_word(type.scope) + " | " +
                     std::string(type.cause) + " | " + std::string(type.remedy) + " |");
  }
  std::vector<std::string> documented;
  std::istringstream page(content_of(root() / "docs/warnings.md"));
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("| `")) documented.push_back(line);
  }
  EXPECT_THAT(documented, testing::ElementsAreArray(listed));
}

TEST(WarningTypes, are_all_that_the_code_warns_of_and_no_more) {
  std::set<std::string> warned;
  const std::regex pattern(R"((Warning\{|warnings\.push_back\(\s*\{|warning_of\()\s*"([a-z_]+)\")");
  for (const char* folder : {"src/results", "src/import"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root() / folder)) {
      const std::string text = content_of(entry.path());
      for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
        warned.insert((*at)[2]);
      }
    }
  }
  std::set<std::string> known;
  for (const WarningType& type : warning_types()) {
    EXPECT_TRUE(known.insert(std::string(type.name)).second) << type.name << " stands twice";
    EXPECT_FALSE(type.cause.empty() || type.remedy.empty()) << type.name;
    EXPECT_EQ(find_warning_type(type.name), &type);
  }
  EXPECT_EQ(warned, known);
  EXPECT_EQ(find_warning_type("no_such_type"), nullptr);
}

}  // namespace
}  // namespace pmembench
