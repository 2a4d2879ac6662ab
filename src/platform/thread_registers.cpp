#include "platform/thread_registers.hpp"

#include <cpuid.h>
#include <fmt/core.h>
#include <xmmintrin.h>

namespace pmembench {
namespace {

constexpr std::uint32_t kSseControl = 0xFFC0;  // the other bits are flags that any division sets
constexpr std::uint64_t kDirectionFlag = 1 << 10;
constexpr std::uint64_t kUpperHalves = 1 << 2;  // of YMM registers, in XINUSE

std::uint64_t in_use() {
  std::uint32_t low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(1));
  return std::uint64_t{high} << 32 | low;
}

std::uint16_t x87_control() {
  std::uint16_t word = 0;
  asm volatile("fnstcw %0" : "=m"(word));
  return word;
}

void zero_upper_halves() {
  if (ThreadRegisters::sees_upper_halves()) asm volatile("vzeroupper" ::: "memory");
}

// XGETBV with 1 exists, and reports what vzeroupper changes: an emulated CPU may report all of its
// registers as in use, always.
bool reports_upper_halves() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0 || (c & bit_AVX) == 0) {
    return false;
  }
  if (__get_cpuid_count(0xD, 1, &a, &b, &c, &d) == 0 || (a & 4) == 0) return false;
  asm volatile("vzeroupper" ::: "memory");
  return (in_use() & kUpperHalves) == 0;
}

}  // namespace

bool ThreadRegisters::sees_upper_halves() {
  static const bool sees = reports_upper_halves();
  return sees;
}

ThreadRegisters::ThreadRegisters() : sse_(_mm_getcsr()), x87_(x87_control()) {
  zero_upper_halves();
}

std::string ThreadRegisters::changes(bool with_upper_halves) const {
  // Before any other code: a string function may use the upper halves itself.
  const std::uint64_t used = ThreadRegisters::sees_upper_halves() ? in_use() : 0;
  const std::uint64_t flags = __builtin_ia32_readeflags_u64();
  asm volatile("cld" ::: "cc");
  const std::uint32_t sse = _mm_getcsr();
  const std::uint16_t x87 = x87_control();
  asm volatile("fnclex\n\tfldcw %0" : : "m"(x87_));
  _mm_setcsr(sse_);
  zero_upper_halves();
  if ((flags & kDirectionFlag) != 0) return "leaves the direction flag set";
  if ((sse & kSseControl) != (sse_ & kSseControl)) {
    return fmt::format("leaves MXCSR changed ({:#06x} to {:#06x})", sse_, sse);
  }
  if (x87 != x87_) {
    return fmt::format("leaves the x87 control word changed ({:#06x} to {:#06x})", x87_, x87);
  }
  if (with_upper_halves && (used & kUpperHalves) != 0) {
    return "leaves the upper halves of vector registers in use (no vzeroupper)";
  }
  return {};
}

}  // namespace pmembench
