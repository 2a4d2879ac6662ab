#include "cli/text_table.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(TextTable, aligns_columns_and_cuts_trailing_blanks) {
  TextTable table({{"name"}, {"n", Align::right}, {"why"}});
  table.add({"a", "1", ""});
  table.add({"longer", "100", "x"});
  EXPECT_EQ(table.text(),
            "name      n  why\n"
            "a         1\n"
            "longer  100  x\n");
}

TEST(TextTable, leaves_out_a_column_in_which_every_cell_is_empty) {
  TextTable table({{"name"}, {"nothing"}, {"last"}});
  table.add({"a", "", "b"});
  EXPECT_EQ(table.text(), "name  last\na     b\n");
}

TEST(TextTable, counts_characters_and_not_bytes) {
  TextTable table({{"x", Align::right}, {"y"}});
  table.add({"±1%", "a"});
  table.add({"22%", "b"});
  EXPECT_EQ(table.text(), "  x  y\n±1%  a\n22%  b\n");
}

TEST(TextTable, knows_that_it_is_empty) {
  TextTable table({{"name"}});
  EXPECT_TRUE(table.empty());
  table.add({"a"});
  EXPECT_FALSE(table.empty());
}

}  // namespace
}  // namespace pmembench
