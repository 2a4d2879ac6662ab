// The copy kernels in vectors of 16 bytes: every x86-64 CPU.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "backends/copy_kernels.h"
#include "backends/iter.h"

#define PMEMBENCH_WIDTH sse2
#define PMEMBENCH_TARGET __attribute__((target("sse2,clwb,clflushopt")))
#define PMEMBENCH_INLINE PMEMBENCH_TARGET __attribute__((always_inline)) inline

namespace pmembench::sse2 {
namespace {

struct Vector {
  using Narrower = void;
  __m128i value;

  PMEMBENCH_INLINE static Vector load(const unsigned char* from) {
    Vector vector{_mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(from)))};
    vector.keep();
    return vector;
  }
  PMEMBENCH_INLINE static Vector zero() { return {_mm_setzero_si128()}; }
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(value)); }
  PMEMBENCH_INLINE void store(unsigned char* to) const {
    _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(to)), value);
  }
  PMEMBENCH_INLINE void stream(unsigned char* to) const {
    _mm_stream_si128(static_cast<__m128i*>(static_cast<void*>(to)), value);
  }
};

}  // namespace
}  // namespace pmembench::sse2

#undef PMEMBENCH_INLINE
#include "backends/copy_kernels.inc"
