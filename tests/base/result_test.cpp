#include "base/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace pmembench {
namespace {

TEST(Result, carries_a_value_or_an_error_and_its_exit_status) {
  const Result<int> value = 3;
  EXPECT_TRUE(value.has_value());
  EXPECT_EQ(*value, 3);
  const Result<int> error = environment_error("no {}", "clwb");
  ASSERT_FALSE(error);
  EXPECT_EQ(error.error().message, "no clwb");
  EXPECT_EQ(static_cast<int>(error.error().kind), 3);
}

TEST(Result, adds_context_on_the_way_up) {
  const Error error = usage_error("unknown key").with_context("quick.yaml");
  EXPECT_EQ(error.message, "quick.yaml: unknown key");
  EXPECT_EQ(error.kind, ErrorKind::usage);
}

TEST(Result, moves_values_that_cannot_be_copied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Status, is_success_until_an_error_is_put_in) {
  Status status;
  EXPECT_TRUE(status.has_value());
  status = runtime_error("disk full");
  EXPECT_FALSE(status);
}

TEST(ResultDeathTest, reading_the_wrong_side_aborts) {
  const Result<int> error = runtime_error("x");
  EXPECT_DEATH((void)error.value(), "holds an error");
}

}  // namespace
}  // namespace pmembench
