#include "measure/cusum.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace pmembench {
namespace {

using testing::ElementsAre;
using Values = std::vector<double>;

TEST(Cusum, adds_what_exceeds_half_a_deviation_and_never_goes_below_zero) {
  EXPECT_THAT(cusum(Values{12, 12, 5, 11}, 10, 2), ElementsAre(0.5, 1, 0, 0));
  EXPECT_THAT(cusum(Values{14, 14, 14, 14}, 10, 2), ElementsAre(1.5, 3, 4.5, 6));
}

TEST(Cusum, passes_over_what_is_no_number) {
  EXPECT_THAT(cusum(Values{14, std::numeric_limits<double>::quiet_NaN(), 14}, 10, 2),
              ElementsAre(1.5, 1.5, 3));
}

}  // namespace
}  // namespace pmembench
