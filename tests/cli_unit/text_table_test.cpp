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

TEST(TextTable, is_empty_until_a_row_is_added) {
  TextTable table({{"a"}});
  EXPECT_TRUE(table.empty());
  table.add({"1"});
  EXPECT_FALSE(table.empty());
}

}  // namespace
}  // namespace pmembench
