#include "characterize/inference.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(Inference, has_its_value_in_words) {
  Inference line;
  line.determined = true;
  line.unit = "B";
  line.value = line.low = line.high = 256;
  EXPECT_EQ(value_text(line), "256 B");
  line.value = 16384;
  line.low = 15360;
  line.high = 17408;
  EXPECT_EQ(value_text(line), "16 KiB [15 KiB, 17 KiB]");
  line.none = true;
  EXPECT_EQ(value_text(line), "none");
  EXPECT_EQ(value_text(not_determined("banks", "other tenants")), "not determined");
}

TEST(Inference, counts_coins) {
  EXPECT_NEAR(sign_test_p(10, 10), 1.0 / 1024, 1e-9);
  EXPECT_NEAR(sign_test_p(5, 10), 0.623046875, 1e-9);
  EXPECT_EQ(sign_test_p(0, 10), 1);
}

TEST(Inference, fits_a_line) {
  const std::vector<double> x{1, 2, 3, 4}, y{5, 7, 9, 11};
  EXPECT_NEAR(fit_line(x, y).slope, 2, 1e-12);
  EXPECT_NEAR(fit_line(x, y).intercept, 3, 1e-12);
}

}  // namespace
}  // namespace pmembench
