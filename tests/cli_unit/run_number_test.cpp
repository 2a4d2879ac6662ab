#include "cli/run_number.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(RunNumber, is_a_number_or_the_newest) {
  EXPECT_EQ(**run_number("7"), 7);
  EXPECT_FALSE(run_number("")->has_value());
  EXPECT_FALSE(run_number("latest")->has_value());
}

TEST(RunNumber, refuses_all_else) {
  for (const char* text :
       {"x", "-1", "+1", "1.5", "0x1", "Latest", "9223372036854775808", "99999999999999999999"}) {
    const auto number = run_number(text);
    ASSERT_FALSE(number) << text;
    EXPECT_EQ(number.error().kind, ErrorKind::usage);
    EXPECT_EQ(number.error().message,
              "'" + std::string(text) +
                  "' is not a run: give its number (see pmembench show --runs) or latest");
  }
}

}  // namespace
}  // namespace pmembench
