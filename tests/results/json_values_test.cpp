#include "record/codec.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pmembench {
namespace {

using nlohmann::json;

TEST(JsonValues, have_no_number_for_what_is_none) {
  EXPECT_EQ(number_or_null(1.5), json(1.5));
  EXPECT_TRUE(number_or_null(std::nan("")).is_null());
  EXPECT_TRUE(number_or_null(-INFINITY).is_null());
  EXPECT_TRUE(number_or_null<nlohmann::ordered_json>(INFINITY).is_null());
  EXPECT_EQ(number_from(json(2)), 2);
  EXPECT_TRUE(std::isnan(number_from(json(nullptr))));
}

TEST(JsonValues, give_each_warning_its_cause_and_remedy) {
  const std::vector<Warning> warnings{{"steal", "in 3 of 10"}, {"of_a_later_version", "what"}};
  const json value = to_json(warnings);
  EXPECT_EQ(value[0]["sentence"], "in 3 of 10");
  EXPECT_EQ(value[0]["cause"], "the hypervisor took CPU time away: the host is overcommitted");
  EXPECT_EQ(value[0]["remedy"], "use a quieter or dedicated host");
  EXPECT_FALSE(value[1].contains("cause"));
  const auto back = warnings_from(value);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[1].type, "of_a_later_version");
  EXPECT_EQ(back[0].sentence, "in 3 of 10");
}

}  // namespace
}  // namespace pmembench
