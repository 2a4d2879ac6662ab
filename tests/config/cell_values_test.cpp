#include "config/cell_values.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pmembench {
namespace {

// The values joined by blanks, or the error.
std::string read(ValueKind kind, const std::string& text, std::vector<std::string> choices = {}) {
  const CellKey key{"key", kind, std::move(choices), false};
  const auto values = read_values(key, text, {"c.yaml", 2, 3});
  if (!values) return values.error().message;
  std::string joined;
  for (const CampaignValue& value : *values) {
    joined += (joined.empty() ? "" : " ") + value.text;
    EXPECT_EQ(value.at.text(), "c.yaml:2:3");
  }
  return joined;
}

TEST(CellValues, makes_sizes_canonical) {
  EXPECT_EQ(read(ValueKind::size, "4K"), "4096");
  EXPECT_EQ(read(ValueKind::size, "4 KiB"), "4096");
  EXPECT_EQ(read(ValueKind::size, "64"), "64");
  EXPECT_EQ(read(ValueKind::size, "64:*4:4K"), "64 256 1024 4096");
  EXPECT_EQ(read(ValueKind::size, "0:+64:256"), "0 64 128 192 256");
}

TEST(CellValues, refuses_what_is_no_size) {
  EXPECT_EQ(read(ValueKind::size, "4Q"),
            "c.yaml:2:3: key: '4Q' is not a size: write bytes or a number with K, M, G or T");
  EXPECT_EQ(read(ValueKind::size, ""),
            "c.yaml:2:3: key: '' is not a size: write bytes or a number with K, M, G or T");
  EXPECT_EQ(read(ValueKind::size, "64:*1:4K"),
            "c.yaml:2:3: key: range '64:*1:4K' never arrives at 4096 from 64 by *1");
  EXPECT_EQ(read(ValueKind::size, "64:-1:4K"),
            "c.yaml:2:3: key: range '64:-1:4K' never arrives at 4096 from 64 by -1");
  EXPECT_EQ(read(ValueKind::size, "0:+1:1M"),
            "c.yaml:2:3: key: range '0:+1:1M' has more than 4096 values");
}

TEST(CellValues, reads_counts_without_suffixes) {
  EXPECT_EQ(read(ValueKind::count, "012"), "12");
  EXPECT_EQ(read(ValueKind::count, "1:*2:8"), "1 2 4 8");
  EXPECT_EQ(read(ValueKind::count, "all", {"all"}), "all");
  EXPECT_EQ(read(ValueKind::count, "4K"), "c.yaml:2:3: key: '4K' is not a whole number");
  EXPECT_EQ(read(ValueKind::count, "1.5"), "c.yaml:2:3: key: '1.5' is not a whole number");
  EXPECT_EQ(read(ValueKind::count, "-1"), "c.yaml:2:3: key: '-1' is not a whole number");
  EXPECT_EQ(read(ValueKind::count, "every", {"all"}),
            "c.yaml:2:3: key: 'every' is not a whole number, and not one of: all");
  EXPECT_EQ(read(ValueKind::count, "1:*2:4K"),
            "c.yaml:2:3: key: '1:*2:4K' is not a range of whole numbers");
  EXPECT_EQ(read(ValueKind::count, "8:+1:2"),
            "c.yaml:2:3: key: range '8:+1:2' never arrives at 2 from 8 by +1");
}

TEST(CellValues, keeps_a_range_up_to_a_word_as_one_value) {
  EXPECT_EQ(read(ValueKind::count, "1:*2:all", {"all"}), "1:*2:all");
  EXPECT_EQ(read(ValueKind::count, "2:+1:all", {"all"}), "2:+1:all");
  for (const char* bad : {"1:all", "1:2:all", "1:*1:all", "1:+0:all", "0:*2:all", "1:-1:all",
                          ":*2:all", "1:*:all", "1:*x:all"}) {
    EXPECT_EQ(read(ValueKind::count, bad, {"all"}),
              std::string("c.yaml:2:3: key: '") + bad +
                  "' is not a range: write FIRST:STEP:all with a step such as *2 or +1");
  }
  EXPECT_EQ(read(ValueKind::count, "1:*2:all"),
            "c.yaml:2:3: key: '1:*2:all' is not a range of whole numbers");
}

TEST(CellValues, makes_numbers_canonical) {
  EXPECT_EQ(read(ValueKind::real, "0.990"), "0.99");
  EXPECT_EQ(read(ValueKind::real, "1e0"), "1");
  EXPECT_EQ(read(ValueKind::real, "-0"), "0");
  for (const char* text : {"", "x", "0.5x", "nan", "inf", "1e999", "0x10", "1,5"}) {
    EXPECT_EQ(
        read(ValueKind::real, text),
        fmt::format("c.yaml:2:3: key: '{}' is not a number: write a decimal such as 0.99", text));
  }
}

TEST(CellValues, names_the_choices_and_the_nearest) {
  EXPECT_EQ(read(ValueKind::choice, "read", {"read", "write"}), "read");
  EXPECT_EQ(read(ValueKind::choice, "wriet", {"read", "write"}),
            "c.yaml:2:3: key: 'wriet' is not one of: read, write; did you mean 'write'?");
  EXPECT_EQ(read(ValueKind::choice, "xyzzyx", {"read", "write"}),
            "c.yaml:2:3: key: 'xyzzyx' is not one of: read, write");
}

TEST(CellValues, takes_any_text_of_one_line) {
  EXPECT_EQ(read(ValueKind::text, "dram:1G,node=0"), "dram:1G,node=0");
  EXPECT_EQ(read(ValueKind::text, ""), "c.yaml:2:3: key: the value is empty");
  EXPECT_EQ(read(ValueKind::text, "a\nb"),
            "c.yaml:2:3: key: the value has line breaks or tabs: write it on one line");
}

TEST(TakeCells, counts_products_without_overflow) {
  CellGroup group;
  for (int i = 0; i < 8; ++i) {
    group.axes.push_back({"k", {}, std::vector<CampaignValue>(4096), false});
  }
  std::size_t left = kMaximumCells;
  const Status status = take_cells(group, {"c.yaml", 1, 1}, left);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message,
            "c.yaml:1:1: the matrices make more than 10000 cells: split the campaign");
  EXPECT_EQ(left, kMaximumCells);
  group.axes.resize(1);
  ASSERT_TRUE(take_cells(group, {}, left));
  ASSERT_TRUE(take_cells(group, {}, left));
  EXPECT_EQ(left, kMaximumCells - 2 * 4096);
  EXPECT_FALSE(take_cells(group, {}, left));
}

}  // namespace
}  // namespace pmembench
