#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(TextTable, aligns_columns_and_cuts_trailing_blanks) {
  TextTable table({{"name"}, {"n", Align::right}, {"note"}});
  table.add({"a", "1", "short"});
  table.add({"longer", "1000", ""});
  EXPECT_EQ(table.text(),
            "name       n  note\n"
            "a          1  short\n"
            "longer  1000\n");
}

TEST(TextTable, leaves_out_columns_in_which_every_cell_is_empty) {
  TextTable table({{"a"}, {"never"}, {"b"}});
  table.add({"1", "", "2"});
  EXPECT_EQ(table.text(), "a  b\n1  2\n");
}

TEST(TextTable, counts_characters_not_bytes) {
  TextTable table({{"w", Align::right}, {"x"}});
  table.add({"±1 µs", "y"});
  table.add({"10 ms", "z"});
  EXPECT_EQ(table.text(),
            "    w  x\n"
            "±1 µs  y\n"
            "10 ms  z\n");
}

TEST(TextTable, puts_a_heading_across) {
  TextTable table({{"a"}, {"b"}});
  table.add_heading("a heading wider than all columns");
  table.add({"1", "2"});
  EXPECT_EQ(table.text(), "a  b\na heading wider than all columns\n1  2\n");
}

TEST(TextTable, goes_on_below_with_the_columns_that_do_not_fit) {
  TextTable table(
      {{"path"}, {"time", Align::right}, {"over", Align::right}, {"lines", Align::right}});
  table.add_heading("of movnt");
  table.add({"direct", "240 ns", "", "64"});
  table.add({"", "", "+92 %", ""});
  EXPECT_EQ(table.text(22),
            "path      time   over\n"
            "of movnt\n"
            "direct  240 ns\n"
            "                +92 %\n"
            "path    lines\n"
            "of movnt\n"
            "direct     64\n");
  EXPECT_EQ(table.text(0), table.text(29));
  EXPECT_EQ(table.text(3).find("240 ns  "), std::string::npos) << "one column next to the first";
}

TEST(TextTable, repeats_the_column_that_names_the_row) {
  TextTable table({{"verdict"}, {"cell", Align::left, true}, {"effect", Align::right}});
  table.add({"PASS", "a", "+1 %"});
  EXPECT_EQ(table.text(16), "verdict  cell\nPASS     a\ncell  effect\na       +1 %\n");
}

TEST(TextTable, breaks_no_word_as_long_as_a_column_can_go_below) {
  TextTable table({{"path"}, {"note"}});
  table.add({"    block-partition", "two words"});
  const std::string unbroken = "path                 note\n    block-partition  two words\n";
  EXPECT_EQ(table.text(30), unbroken);
  EXPECT_EQ(table.text(24), unbroken) << "one column next to the first there must be";
}

TEST(TextTable, is_empty_until_a_row_is_added) {
  TextTable table({{"a"}});
  EXPECT_TRUE(table.empty());
  table.add({"1"});
  EXPECT_FALSE(table.empty());
}

}  // namespace
}  // namespace pmembench
