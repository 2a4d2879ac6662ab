#include "platform/thread_registers.hpp"

#include <gmock/gmock.h>
#include <xmmintrin.h>

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(ThreadRegisters, find_nothing_where_nothing_was_changed) {
  const ThreadRegisters before;
  volatile double three = 3;
  three = 1 / three;  // inexact: a flag, and no control
  EXPECT_EQ(before.changes(false), "");
}

TEST(ThreadRegisters, find_and_put_back_another_rounding) {
  const unsigned sse = _mm_getcsr();
  const ThreadRegisters before;
  _mm_setcsr(sse | 0x6000);
  EXPECT_THAT(before.changes(), HasSubstr("leaves MXCSR changed"));
  EXPECT_EQ(_mm_getcsr() & 0x6000, sse & 0x6000);
}

TEST(ThreadRegisters, find_another_x87_precision) {
  const ThreadRegisters before;
  const std::uint16_t single = 0x007f;
  asm volatile("fldcw %0" : : "m"(single));
  EXPECT_THAT(before.changes(), HasSubstr("x87 control word"));
  EXPECT_EQ(before.changes(false), "");
}

TEST(ThreadRegisters, find_a_direction_flag_that_is_set) {
  const ThreadRegisters before;
  asm volatile("std" ::: "cc");
  const std::string changes = before.changes();
  EXPECT_EQ(changes, "leaves the direction flag set");
}

TEST(ThreadRegisters, find_upper_halves_in_use_where_the_cpu_reports_them) {
  if (!ThreadRegisters::sees_upper_halves()) GTEST_SKIP() << "this CPU does not report them";
  const ThreadRegisters before;
  asm volatile("vpcmpeqd %%ymm1, %%ymm1, %%ymm1" ::: "memory");
  EXPECT_THAT(before.changes(), HasSubstr("upper halves"));
}

}  // namespace
}  // namespace pmembench
