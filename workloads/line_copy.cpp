#include "workloads/line_copy.hpp"

#include <immintrin.h>

namespace pmembench {
namespace {

void copy_tail(unsigned char* to, const unsigned char* from, std::uint64_t size_bytes) {
  for (std::uint64_t i = 0; i < size_bytes; ++i) to[i] = from[i];
}

void copy_sse2(unsigned char* to, const unsigned char* from, std::uint64_t size_bytes) {
  std::uint64_t done = 0;
  for (; done + 16 <= size_bytes; done += 16) {
    const auto* source = static_cast<const void*>(from + done);
    void* target = to + done;
    _mm_storeu_si128(static_cast<__m128i*>(target),
                     _mm_loadu_si128(static_cast<const __m128i*>(source)));
  }
  copy_tail(to + done, from + done, size_bytes - done);
  // The bytes are used: the compiler may drop none of the stores.
  asm volatile("" : : "r"(to) : "memory");
}

__attribute__((target("avx2"))) void copy_avx2(unsigned char* to, const unsigned char* from,
                                               std::uint64_t size_bytes) {
  std::uint64_t done = 0;
  for (; done + 32 <= size_bytes; done += 32) {
    const auto* source = static_cast<const void*>(from + done);
    void* target = to + done;
    _mm256_storeu_si256(static_cast<__m256i*>(target),
                        _mm256_loadu_si256(static_cast<const __m256i*>(source)));
  }
  copy_tail(to + done, from + done, size_bytes - done);
  asm volatile("" : : "r"(to) : "memory");
}

}  // namespace

LineCopy line_copy_for_this_cpu() {
  return __builtin_cpu_supports("avx2") != 0 ? copy_avx2 : copy_sse2;
}

}  // namespace pmembench
