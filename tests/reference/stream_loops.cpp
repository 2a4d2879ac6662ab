// Compiled once for each vector width.
#include "tests/reference/stream_loops.hpp"

#include <immintrin.h>

#include <cstring>

namespace pmembench::reference {
namespace {

#ifdef __AVX512F__
using Vector = __m512i;
Vector load(const Vector* at) { return _mm512_load_si512(at); }
Vector mix(Vector one, Vector other) { return _mm512_xor_si512(one, other); }
void store(Vector* at, Vector value) { _mm512_store_si512(at, value); }
void stream(Vector* at, Vector value) { _mm512_stream_si512(at, value); }
Vector filled() { return _mm512_set1_epi8(0x5A); }
Vector zero() { return _mm512_setzero_si512(); }
#elif defined(__AVX2__)
using Vector = __m256i;
Vector load(const Vector* at) { return _mm256_load_si256(at); }
Vector mix(Vector one, Vector other) { return _mm256_xor_si256(one, other); }
void store(Vector* at, Vector value) { _mm256_store_si256(at, value); }
void stream(Vector* at, Vector value) { _mm256_stream_si256(at, value); }
Vector filled() { return _mm256_set1_epi8(0x5A); }
Vector zero() { return _mm256_setzero_si256(); }
#else
using Vector = __m128i;
Vector load(const Vector* at) { return _mm_load_si128(at); }
Vector mix(Vector one, Vector other) { return _mm_xor_si128(one, other); }
void store(Vector* at, Vector value) { _mm_store_si128(at, value); }
void stream(Vector* at, Vector value) { _mm_stream_si128(at, value); }
Vector filled() { return _mm_set1_epi8(0x5A); }
Vector zero() { return _mm_setzero_si128(); }
#endif

constexpr std::uint64_t kStepBytes = 256;
constexpr std::uint64_t kStepVectors = kStepBytes / sizeof(Vector);
constexpr std::uint64_t kAheadBytes = 4096;  // half or twice as much makes no difference

Vector* vectors_at(unsigned char* at) {
  return reinterpret_cast<Vector*>(__builtin_assume_aligned(at, 64));
}

// Beyond the end it asks for bytes that nobody loads, which does no harm.
void ask_for_step(const unsigned char* at) {
  for (std::uint64_t line = 0; line < kStepBytes; line += 64) {
    _mm_prefetch(static_cast<const char*>(static_cast<const void*>(at + line)), _MM_HINT_T1);
  }
}

template <bool ahead>
std::uint64_t read(unsigned char* begin, std::uint64_t bytes) {
  Vector a = zero(), b = zero(), c = zero(), d = zero();
  for (unsigned char* at = begin; at != begin + bytes; at += kStepBytes) {
    if constexpr (ahead) ask_for_step(at + kAheadBytes);
    const Vector* v = vectors_at(at);
#pragma GCC unroll 4
    for (std::uint64_t i = 0; i < kStepVectors; i += 4) {
      a = mix(a, load(v + i));
      b = mix(b, load(v + i + 1));
      c = mix(c, load(v + i + 2));
      d = mix(d, load(v + i + 3));
    }
  }
  std::uint64_t words[sizeof(Vector) / 8], total = 0;
  const Vector all = mix(mix(a, b), mix(c, d));
  std::memcpy(words, &all, sizeof all);
  for (const std::uint64_t word : words) total += word;
  return total;
}

std::uint64_t write(unsigned char* begin, std::uint64_t bytes) {
  const Vector value = filled();
  for (unsigned char* at = begin; at != begin + bytes; at += kStepBytes) {
#pragma GCC unroll 16
    for (std::uint64_t i = 0; i < kStepVectors; ++i) store(vectors_at(at) + i, value);
    asm volatile("" ::: "memory");  // or the loop becomes a call of memset
  }
  return 0;
}

std::uint64_t movnt(unsigned char* begin, std::uint64_t bytes) {
  const Vector value = filled();
  for (unsigned char* at = begin; at != begin + bytes; at += kStepBytes) {
#pragma GCC unroll 16
    for (std::uint64_t i = 0; i < kStepVectors; ++i) stream(vectors_at(at) + i, value);
  }
  _mm_sfence();
  return 0;
}

StreamLoops streams(const char* vectors) {
  return {vectors, read<false>, read<true>, write, movnt};
}

}  // namespace

#ifdef __AVX512F__
StreamLoops avx512_streams() { return streams("avx512"); }
#elif defined(__AVX2__)
StreamLoops avx2_streams() { return streams("avx2"); }
#else
StreamLoops sse2_streams() { return streams("sse2"); }

void* chase(void* at, std::uint64_t steps) {
  void* volatile* node = static_cast<void* volatile*>(at);
  for (; steps >= 8; steps -= 8) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) node = static_cast<void* volatile*>(*node);
  }
  for (; steps > 0; --steps) node = static_cast<void* volatile*>(*node);
  return const_cast<void**>(node);
}
#endif

}  // namespace pmembench::reference
