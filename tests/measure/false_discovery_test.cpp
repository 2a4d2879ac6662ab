#include "measure/false_discovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace pmembench {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using Values = std::vector<double>;

TEST(FalseDiscovery, scales_each_p_by_its_rank_and_keeps_their_order) {
  EXPECT_THAT(benjamini_hochberg(Values{0.04, 0.01, 0.03}),
              ElementsAre(DoubleEq(0.04), DoubleEq(0.03), DoubleEq(0.04)));
  EXPECT_THAT(benjamini_hochberg(Values{0.9, 0.8}), ElementsAre(DoubleEq(0.9), DoubleEq(0.9)));
  EXPECT_THAT(benjamini_hochberg(Values{}), ElementsAre());
}

TEST(FalseDiscovery, rejects_nothing_for_what_is_no_number) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(benjamini_hochberg(Values{nan, 0.02}), ElementsAre(1, DoubleEq(0.04)));
}

}  // namespace
}  // namespace pmembench
