#include "run/run_outlook.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(RunOutlook, counts_what_open_cells_owe_and_expect) {
  RunOutlook outlook;
  EXPECT_EQ(outlook.expected_to_come(), 0);
  outlook.add({true, 3, std::nullopt});
  EXPECT_EQ(outlook.open(), 1u);
  EXPECT_EQ(outlook.owed(), 3u);
  EXPECT_EQ(outlook.expected_to_come(), std::nullopt);
  // The unknown one counts as the known one does.
  outlook.add({true, 2, 10});
  EXPECT_EQ(outlook.expected_to_come(), 20);
  EXPECT_EQ(outlook.owed(), 5u);
  outlook.add({false, 0, 7});
  EXPECT_EQ(outlook.open(), 2u);
  EXPECT_EQ(outlook.expected_to_come(), 20);
}

TEST(RunOutlook, forgets_what_is_taken_out) {
  RunOutlook outlook;
  outlook.add({true, 2, 10});
  outlook.add({true, 1, std::nullopt});
  outlook.remove({true, 2, 10});
  EXPECT_EQ(outlook.open(), 1u);
  EXPECT_EQ(outlook.owed(), 1u);
  EXPECT_EQ(outlook.expected_to_come(), std::nullopt);
  outlook.remove({true, 1, std::nullopt});
  EXPECT_EQ(outlook.expected_to_come(), 0);
}

}  // namespace
}  // namespace pmembench
