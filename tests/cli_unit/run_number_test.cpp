#include "cli/run_number.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(RunNumber, reads_a_number_and_takes_nothing_for_the_latest) {
  EXPECT_EQ(run_number("7")->value(), 7);
  EXPECT_FALSE(run_number("")->has_value());
  EXPECT_FALSE(run_number("latest")->has_value());
}

TEST(RunNumber, refuses_other_words) {
  for (const char* text : {"-1", "last", "1.5", "0x3"}) EXPECT_FALSE(run_number(text)) << text;
}

}  // namespace
}  // namespace pmembench
