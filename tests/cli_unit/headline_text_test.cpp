#include "cli/headline_text.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace pmembench {
namespace {

Derived example() {
  Derived derived;
  derived.headline = {
      {"idle latency", "411 ns ±1.9%", "chase through 256 MiB", {"a"}},
      {"writes, 2 threads", "25.6 GiB/s ±2.9%", "random 4K, movnt (best of 15)", {}},
      {"  of it", "p99 620 ns", "", {}}};
  derived.quotable = {{"medium proved", "yes", "pages read back"},
                      {"quiet", "no",
                       "25 of 88 rows disturbed by work of other processes; other_load all, "
                       "shared_core 30"}};
  return derived;
}

TEST(HeadlineText, aligns_names_values_and_what_they_are_of) {
  EXPECT_THAT(
      headline_text(example()),
      testing::StartsWith("idle latency       411 ns ±1.9%      chase through 256 MiB\n"
                          "writes, 2 threads  25.6 GiB/s ±2.9%  random 4K, movnt (best of 15)\n"
                          "  of it            p99 620 ns\n"));
}

TEST(HeadlineText, fits_into_eighty_columns) {
  Derived derived = example();
  derived.headline[0].of = "random access=write operation_size=4K range_size=32M, 1 thread, movnt";
  std::istringstream lines(headline_text(derived));
  for (std::string line; std::getline(lines, line);) {
    const auto columns = std::count_if(line.begin(), line.end(), [](char letter) {
      return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
    });
    EXPECT_LE(columns, 80) << line;
  }
}

TEST(HeadlineText, has_each_light_with_its_answer_and_reason) {
  const std::string text = headline_text(example());
  EXPECT_THAT(text, testing::HasSubstr("medium proved  yes     pages read back\n"));
  EXPECT_THAT(text, testing::HasSubstr("quiet          no      25 of 88 rows"));
}

TEST(HeadlineText, is_empty_where_nothing_was_measured) { EXPECT_EQ(headline_text({}), ""); }

}  // namespace
}  // namespace pmembench
