#include "cli/overrun.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(Overrun, is_told_beyond_a_tenth_of_the_budget_and_a_second) {
  EXPECT_EQ(overrun_text(-1e9, 10e9), "");
  EXPECT_EQ(overrun_text(0.9e9, 2e9), "");
  EXPECT_EQ(overrun_text(5e9, 60e9), "");
  const std::string told = overrun_text(7e9, 60e9);
  EXPECT_THAT(told, HasSubstr("7 s"));
  EXPECT_THAT(told, HasSubstr("60 s"));
}

}  // namespace
}  // namespace pmembench
