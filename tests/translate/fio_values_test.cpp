#include "translate/fio_values.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(FioValues, are_sizes_with_small_letters) {
  EXPECT_EQ(size_of_fio(" 4k"), 4096U);
  EXPECT_EQ(size_of_fio("1M"), 1U << 20);
  EXPECT_FALSE(size_of_fio("0"));
  EXPECT_FALSE(size_of_fio("x"));
}

TEST(FioValues, are_splits_of_sizes) {
  EXPECT_EQ(sizes_of_bssplit("4k/60:64k/40", false), "4K:60+64K:40");
  EXPECT_EQ(sizes_of_bssplit("8k/100,4k/60:64k", true), "4K:60+64K:40");
  EXPECT_EQ(sizes_of_bssplit("4k/50:8k:16k", false), "4K:50+8K:25+16K:25");
  for (const char* text : {"", "4k/60:64k/50", "4k/50:x/50", "4k/100:8k", "4k/50:8k:16k:32k", "4k/",
                           "4k/99999999999999999999"}) {
    EXPECT_EQ(sizes_of_bssplit(text, false).value_or("none"),
              std::string_view(text) == "4k/" ? "4K:100" : "none")
        << text;
  }
}

TEST(FioValues, are_zones) { EXPECT_EQ(zones_of_fio("60/10:40/90"), "60:10+40:90"); }

}  // namespace
}  // namespace pmembench
