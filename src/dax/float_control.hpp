// FloatControl: foreign code leaves the thread's floating-point control as it found it.
#pragma once

#include <xmmintrin.h>

#include <cstdint>

namespace pmembench {

// A plugin may unmask exceptions (the next inexact division would end the process with SIGFPE) or,
// as what gcc links with -ffast-math does when it is loaded, flush denormal numbers to zero. Both
// registers are put back at the end of the scope.
class FloatControl {
 public:
  FloatControl() : sse_(_mm_getcsr()) { asm volatile("fnstcw %0" : "=m"(x87_)); }
  FloatControl(const FloatControl&) = delete;
  FloatControl& operator=(const FloatControl&) = delete;
  ~FloatControl() {
    asm volatile("fnclex\n\tfldcw %0" : : "m"(x87_));
    _mm_setcsr(sse_);
  }

 private:
  unsigned sse_;
  std::uint16_t x87_ = 0;
};

}  // namespace pmembench
