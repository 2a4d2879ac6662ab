#include "run/calibrate_operations.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(CalibrateOperations, finds_the_operations_that_fill_a_slice) {
  const auto operations = calibrate_operations(
      1'000'000, [](std::uint64_t count) { return Result<double>(50.0 * double(count)); });
  ASSERT_TRUE(operations);
  EXPECT_EQ(*operations, 20'000u);
}

// Two threads that wake and hand a lock over: 5 operations took 69 us, 10 took 78.
TEST(CalibrateOperations, sees_growth_beside_a_fixed_cost_longer_than_the_slice) {
  const auto operations = calibrate_operations(50'000, [](std::uint64_t count) {
    return Result<double>(60'000.0 + 1'800.0 * double(count));
  });
  ASSERT_TRUE(operations) << operations.error().message;
  EXPECT_GE(*operations, 1u);
  EXPECT_LE(*operations, 16u);
}

TEST(CalibrateOperations, refuses_work_that_is_not_done) {
  const auto operations =
      calibrate_operations(50'000, [](std::uint64_t) { return Result<double>(60'000.0); });
  ASSERT_FALSE(operations);
  EXPECT_NE(operations.error().message.find("time does not grow with work"), std::string::npos);
}

TEST(CalibrateOperations, ends_with_the_error_of_an_operation) {
  const auto operations = calibrate_operations(
      50'000, [](std::uint64_t) { return Result<double>(runtime_error("no")); });
  ASSERT_FALSE(operations);
  EXPECT_EQ(operations.error().message, "no");
}

}  // namespace
}  // namespace pmembench
