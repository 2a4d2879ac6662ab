// The copy kernels in vectors of 32 bytes.
#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "backends/copy_kernels.h"
#include "backends/iter.h"

#define PMEMBENCH_WIDTH avx2
#define PMEMBENCH_TARGET __attribute__((target("avx2,clwb,clflushopt")))
#define PMEMBENCH_INLINE PMEMBENCH_TARGET __attribute__((always_inline)) inline

namespace pmembench::avx2 {
namespace {

// Narrower, for what is left of a range.
struct Vector16 {
  using Narrower = void;
  __m128i value;
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(value)); }
};

struct Vector {
  using Narrower = Vector16;
  __m256i value;

  PMEMBENCH_INLINE static Vector load(const unsigned char* from) {
    Vector vector{_mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(from)))};
    vector.keep();
    return vector;
  }
  PMEMBENCH_INLINE static Vector zero() { return {_mm256_setzero_si256()}; }
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(value)); }
  PMEMBENCH_INLINE void store(unsigned char* to) const {
    _mm256_storeu_si256(static_cast<__m256i*>(static_cast<void*>(to)), value);
  }
  PMEMBENCH_INLINE void stream(unsigned char* to) const {
    _mm256_stream_si256(static_cast<__m256i*>(static_cast<void*>(to)), value);
  }
};

}  // namespace
}  // namespace pmembench::avx2

#undef PMEMBENCH_INLINE
#include "backends/copy_kernels.inc"
