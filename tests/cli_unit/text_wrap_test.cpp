#include "cli/text_wrap.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

using testing::ElementsAre;

TEST(TextWrap, breaks_at_blanks) {
  EXPECT_THAT(wrapped_lines("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped_lines("one two three", 80), ElementsAre("one two three"));
  EXPECT_THAT(wrapped_lines("  one   two ", 3), ElementsAre("one", "two"));
  EXPECT_THAT(wrapped_lines("", 5), ElementsAre(""));
}

TEST(TextWrap, counts_characters_and_not_bytes) {
  EXPECT_EQ(text_width("±3 µs"), 5U);
  EXPECT_THAT(wrapped_lines("±±± ±±±", 7), ElementsAre("±±± ±±±"));
}

TEST(TextWrap, breaks_a_long_word_behind_a_separator_or_where_it_must) {
  EXPECT_THAT(wrapped_lines("dram:1M/movnt/direct", 12), ElementsAre("dram:1M/", "movnt/direct"));
  EXPECT_THAT(wrapped_lines("a abcdefgh", 4), ElementsAre("a", "abcd", "efgh"));
  EXPECT_THAT(wrapped_lines("µµµµµ", 2), ElementsAre("µµ", "µµ", "µ"));
}

TEST(TextWrap, never_makes_a_line_too_long_or_loses_a_character) {
  const std::string text = "the/quick,brown:fox jumps over the lazy dog and so/on and so/on";
  for (std::size_t width = 1; width < 30; ++width) {
    std::string all;
    for (const std::string& line : wrapped_lines(text, width)) {
      EXPECT_LE(text_width(line), width);
      for (const char c : line) {
        if (c != ' ') all += c;
      }
    }
    std::string expected;
    for (const char c : text) {
      if (c != ' ') expected += c;
    }
    EXPECT_EQ(all, expected) << width;
  }
}

TEST(TextWrap, indents_all_lines_but_the_first) {
  EXPECT_EQ(wrapped_text("one two", 6, 2), "one\n  two");
}

}  // namespace
}  // namespace pmembench
