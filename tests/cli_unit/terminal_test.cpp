#include "cli/terminal.hpp"

#include <gmock/gmock.h>

#include "cli/text_table.hpp"
#include "cli/text_wrap.hpp"

namespace pmembench {
namespace {

TEST(Terminal, is_none_where_output_goes_to_a_pipe_or_a_file) {
  // ctest reads what a test prints.
  EXPECT_EQ(output_terminal().columns, 0U);
  set_colour("always");
  EXPECT_TRUE(output_terminal().colour);
  set_colour("never");
  EXPECT_FALSE(output_terminal().colour);
}

TEST(Terminal, is_bold_only_with_colour) {
  EXPECT_EQ(bold("x", {0, false}), "x");
  EXPECT_EQ(bold("x", {0, true}), std::string(kBold) + "x" + kPlain);
  EXPECT_EQ(bold("", {0, true}), "");
}

TEST(Terminal, gets_a_table_that_fits) {
  TextTable table({{"name"}, {"what it is and what it does"}, {"n", Align::right}});
  table.add({"movnt", "stores that go past the caches, and need no flush at all", "12"});
  table.add({"clwb", "short", "3"});
  EXPECT_THAT(table.text(0), testing::HasSubstr("past the caches, and need no flush at all  12\n"));
  for (const std::size_t columns : {40U, 60U}) {
    const std::string text = table.text(columns);
    for (std::size_t at = 0, end = 0; at < text.size(); at = end + 1) {
      end = text.find('\n', at);
      EXPECT_LE(text_width(text.substr(at, end - at)), columns);
    }
    EXPECT_THAT(text, testing::HasSubstr("movnt"));
  }
}

}  // namespace
}  // namespace pmembench
