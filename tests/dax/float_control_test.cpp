#include "dax/float_control.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

std::uint16_t x87_control() {
  std::uint16_t word = 0;
  asm volatile("fnstcw %0" : "=m"(word));
  return word;
}

TEST(FloatControl, puts_back_what_foreign_code_changed) {
  const unsigned sse = _mm_getcsr();
  const std::uint16_t x87 = x87_control();
  {
    const FloatControl kept;
    _mm_setcsr(0);
    const std::uint16_t unmasked = 0x0300;
    asm volatile("fldcw %0" : : "m"(unmasked));
  }
  EXPECT_EQ(_mm_getcsr(), sse);
  EXPECT_EQ(x87_control(), x87);
  volatile double three = 3;
  EXPECT_GT(1 / three, 0) << "an inexact division raises no signal";
}

}  // namespace
}  // namespace pmembench
