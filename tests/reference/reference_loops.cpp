// Compiled twice: with -mavx2 for the loops of 32-byte vectors, without for those of 16 bytes.
#include "tests/reference/reference_loops.hpp"

#include <immintrin.h>

#include <cstring>

namespace pmembench::reference {
namespace {

#ifdef __AVX2__
using Vector = __m256i;
Vector load(const Vector* at) { return _mm256_load_si256(at); }
void store(Vector* at, Vector value) { _mm256_store_si256(at, value); }
void stream(Vector* at, Vector value) { _mm256_stream_si256(at, value); }
#else
using Vector = __m128i;
Vector load(const Vector* at) { return _mm_load_si128(at); }
void store(Vector* at, Vector value) { _mm_store_si128(at, value); }
void stream(Vector* at, Vector value) { _mm_stream_si128(at, value); }
#endif

__extension__ using Wide = unsigned __int128;

// Knuth's MMIX generator: good in its high bits, one multiply a step.
constexpr std::uint64_t kMultiplier = 6364136223846793005ULL;
constexpr std::uint64_t kIncrement = 1442695040888963407ULL;

std::uint64_t slot_of(std::uint64_t state, std::uint64_t slots) {
  return static_cast<std::uint64_t>((Wide{state} * slots) >> 64);
}
// ceil(2^64 / slots): what leads from a slot to the next.
std::uint64_t step_of(std::uint64_t slots) { return ~std::uint64_t{0} / slots + 1; }

// The near end of every copy; a page of its own, so that it aliases as any other buffer would.
template <std::uint64_t kBytes>
class Buffer {
 public:
  Buffer() { std::memset(vectors_, 0x5A, kBytes); }
  // Its address in a register. The compiler must take it that the bytes were read and changed
  // here, so no copy is left out.
  Vector* touch() {
    Vector* at = vectors_;
    asm volatile("" : "+r"(at) : : "memory");
    return at;
  }
  [[nodiscard]] std::uint64_t sum() const {
    std::uint64_t words[kBytes / 8], total = 0;
    std::memcpy(words, vectors_, kBytes);
    for (const std::uint64_t word : words) total += word;
    return total;
  }

 private:
  alignas(4096) Vector vectors_[kBytes / sizeof(Vector)];
};

Vector* range_at(unsigned char* base, std::uint64_t slot, std::uint64_t size_bytes) {
  return reinterpret_cast<Vector*>(__builtin_assume_aligned(base + slot * size_bytes, 64));
}

// The loops count down, which saves an instruction: how many random reads are under way at once is
// limited by how many instructions the CPU looks ahead, and one of 14 costs 8 % (Zen 3).

std::uint64_t empty(unsigned char*, std::uint64_t slots, std::uint64_t n, std::uint64_t* state) {
  std::uint64_t at = *state, sum = 0;
  for (std::uint64_t left = n; left != 0; --left) {
    sum += slot_of(at, slots);
    at = at * kMultiplier + kIncrement;
  }
  *state = at;
  return sum;
}

template <std::uint64_t kBytes>
std::uint64_t read_ranges(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                          std::uint64_t* state, std::uint64_t multiplier, std::uint64_t increment) {
  Buffer<kBytes> buffer;
  Vector* const near = buffer.touch();
  std::uint64_t at = *state;
  for (std::uint64_t left = n; left != 0; --left) {
    const Vector* range = range_at(base, slot_of(at, slots), kBytes);
    at = at * multiplier + increment;
#pragma GCC unroll 4
    for (std::uint64_t v = 0; v < kBytes / sizeof(Vector); ++v) store(near + v, load(range + v));
    buffer.touch();
  }
  *state = at;
  return n == 0 ? 0 : buffer.sum();
}

template <std::uint64_t kBytes>
std::uint64_t stream_ranges(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                            std::uint64_t* state, std::uint64_t multiplier,
                            std::uint64_t increment) {
  Buffer<kBytes> buffer;
  const Vector* const near = buffer.touch();
  std::uint64_t at = *state;
  for (std::uint64_t left = n; left != 0; --left) {
    Vector* range = range_at(base, slot_of(at, slots), kBytes);
    at = at * multiplier + increment;
    buffer.touch();
#pragma GCC unroll 4
    for (std::uint64_t v = 0; v < kBytes / sizeof(Vector); ++v) stream(range + v, load(near + v));
    _mm_sfence();
  }
  *state = at;
  return 0;
}

std::uint64_t clwb_64_random(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                             std::uint64_t* state) {
  Buffer<64> buffer;
  const Vector* const near = buffer.touch();
  std::uint64_t at = *state;
  for (std::uint64_t left = n; left != 0; --left) {
    Vector* range = range_at(base, slot_of(at, slots), 64);
    at = at * kMultiplier + kIncrement;
    buffer.touch();
    for (std::uint64_t v = 0; v < 64 / sizeof(Vector); ++v) store(range + v, load(near + v));
    _mm_clwb(range);
    _mm_sfence();
  }
  *state = at;
  return 0;
}

std::uint64_t read_64_random(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                             std::uint64_t* state) {
  return read_ranges<64>(base, slots, n, state, kMultiplier, kIncrement);
}
std::uint64_t movnt_64_random(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                              std::uint64_t* state) {
  return stream_ranges<64>(base, slots, n, state, kMultiplier, kIncrement);
}
std::uint64_t read_4096_sequential(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                                   std::uint64_t* state) {
  return read_ranges<4096>(base, slots, n, state, 1, step_of(slots));
}
std::uint64_t movnt_4096_sequential(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                                    std::uint64_t* state) {
  return stream_ranges<4096>(base, slots, n, state, 1, step_of(slots));
}

ReferenceLoops loops(const char* vectors) {
  return {vectors,
          empty,
          read_64_random,
          movnt_64_random,
          clwb_64_random,
          read_4096_sequential,
          movnt_4096_sequential};
}

}  // namespace

#ifdef __AVX2__
ReferenceLoops avx2_loops() { return loops("avx2"); }
#else
ReferenceLoops sse2_loops() { return loops("sse2"); }
#endif

}  // namespace pmembench::reference
