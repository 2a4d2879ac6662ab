#include "cli/share_option.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(ShareOption, reads_percent_and_fractions) {
  EXPECT_DOUBLE_EQ(*read_share("--slowdown", "2%"), 0.02);
  EXPECT_DOUBLE_EQ(*read_share("--slowdown", "0.02"), 0.02);
  EXPECT_DOUBLE_EQ(*read_share("--slowdown", "99.5%"), 0.995);
}

TEST(ShareOption, refuses_what_is_no_share_and_names_the_option) {
  for (const char* text : {"", "%", "0", "0%", "-2%", "1", "100%", "2%%", "2 %", "nan", "two"}) {
    const auto share = read_share("--minimal-effect", text);
    ASSERT_FALSE(share) << text;
    EXPECT_EQ(share.error().kind, ErrorKind::usage);
    EXPECT_EQ(share.error().message, "--minimal-effect '" + std::string(text) +
                                         "' is not a share above 0 % and below 100 %, such as 2% "
                                         "or 0.02");
  }
}

}  // namespace
}  // namespace pmembench
