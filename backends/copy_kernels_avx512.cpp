// The copy kernels in vectors of 64 bytes: one instruction moves a whole cache line.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "backends/copy_kernels.h"
#include "backends/iter.h"

#define PMEMBENCH_WIDTH avx512
#define PMEMBENCH_TARGET __attribute__((target("avx512f,clwb,clflushopt")))
#define PMEMBENCH_INLINE PMEMBENCH_TARGET __attribute__((always_inline)) inline

namespace pmembench::avx512 {
namespace {

// Narrower, for what is left of a range.
struct Vector16 {
  using Narrower = void;
  __m128i value;
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(value)); }
};
struct Vector32 {
  using Narrower = Vector16;
  __m256i value;
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(value)); }
};

struct Vector {
  using Narrower = Vector32;
  __m512i value;

  PMEMBENCH_INLINE static Vector load(const unsigned char* from) {
    Vector vector{_mm512_loadu_si512(static_cast<const void*>(from))};
    vector.keep();
    return vector;
  }
  PMEMBENCH_INLINE static Vector zero() { return {_mm512_setzero_si512()}; }
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(value)); }
  PMEMBENCH_INLINE void store(unsigned char* to) const {
    _mm512_storeu_si512(static_cast<void*>(to), value);
  }
  PMEMBENCH_INLINE void stream(unsigned char* to) const {
    _mm512_stream_si512(static_cast<__m512i*>(static_cast<void*>(to)), value);
  }
};

}  // namespace
}  // namespace pmembench::avx512

#undef PMEMBENCH_INLINE
#include "backends/copy_kernels.inc"
