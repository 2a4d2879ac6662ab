#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pmembench {
namespace {

TEST(Utf8, has_characters_of_one_to_four_bytes) {
  EXPECT_EQ(utf8_length(""), 0U);
  EXPECT_EQ(utf8_length("a"), 1U);
  EXPECT_EQ(utf8_length("\xC3\xA9!"), 2U);
  EXPECT_EQ(utf8_length("\xE2\x82\xAC"), 3U);
  EXPECT_EQ(utf8_length("\xF0\x9F\x98\x80"), 4U);
}

TEST(Utf8, has_no_other_characters) {
  for (const char* text : {"\xFF", "\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80",
                           "\xF4\x90\x80\x80", "\xF8\x88\x80\x80", "\xE2\x82"}) {
    EXPECT_EQ(utf8_length(text), 0U);
    EXPECT_FALSE(is_utf8(std::string("file:/") + text));
  }
  EXPECT_TRUE(is_utf8("file:/mnt/\xC3\xA9/x"));
  EXPECT_TRUE(is_utf8(""));
}

}  // namespace
}  // namespace pmembench
