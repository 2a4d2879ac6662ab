#include "run/software.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace pmembench {
namespace {

BackendEntry plugin_at(const std::string& path) {
  BackendEntry entry;
  entry.origin = path;
  return entry;
}

TEST(Software, names_the_binary_by_what_it_holds) {
  const std::string builtin = software_of("1.2", plugin_at("built in"));
  EXPECT_THAT(builtin, testing::MatchesRegex("pmembench 1.2 \\([0-9a-f]{16}\\)"));
  EXPECT_EQ(software_of("1.2", plugin_at("built in")), builtin);
}

TEST(Software, tells_a_plugin_from_another_of_its_name) {
  const std::string path = testing::TempDir() + "software_test.so";
  std::ofstream(path) << "one";
  const std::string one = software_of("1.2", plugin_at(path));
  std::ofstream(path) << "two";
  const std::string two = software_of("1.2", plugin_at(path));
  std::remove(path.c_str());
  EXPECT_THAT(one, testing::HasSubstr(", software_test.so ("));
  EXPECT_NE(one, two);
  EXPECT_THAT(software_of("1.2", plugin_at(path)), testing::HasSubstr("(unreadable)"));
}

}  // namespace
}  // namespace pmembench
