// Sections, keys and comments.
#include "translate/ini_file.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Ini, reads_sections_with_their_lines) {
  const auto sections = read_ini("# c\n; c\n[a]\nkey = v = w\nalone\nkey=2\n\n[ b ]\r\n", "x");
  ASSERT_TRUE(sections) << sections.error().message;
  ASSERT_EQ(sections->size(), 2U);
  EXPECT_EQ((*sections)[0].line, 3U);
  EXPECT_EQ((*sections)[0].entries[0].value, "v = w");
  EXPECT_EQ((*sections)[0].find("key"), "2");
  EXPECT_EQ((*sections)[0].find("alone"), "");
  EXPECT_FALSE((*sections)[0].find("other"));
  EXPECT_EQ((*sections)[1].name, "b");
}

TEST(Ini, refuses_a_key_without_a_section) {
  const auto sections = read_ini("key = 1\n", "x");
  ASSERT_FALSE(sections);
  EXPECT_NE(sections.error().message.find("x:1: a key is in no [section]"), std::string::npos);
}

}  // namespace
}  // namespace pmembench
