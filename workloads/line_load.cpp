#include "workloads/line_load.hpp"

#include <immintrin.h>

#include <cstring>

#include "dax/dax_device.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kWord = sizeof(std::uint64_t);

std::uint64_t sum_words(const unsigned char* bytes, std::uint64_t size_bytes) {
  std::uint64_t sum = 0, word = 0;
  std::uint64_t done = 0;
  for (; done + kWord <= size_bytes; done += kWord) {
    std::memcpy(&word, bytes + done, kWord);
    sum += word;
  }
  for (unsigned shift = 0; done < size_bytes; ++done, shift += 8) {
    sum += static_cast<std::uint64_t>(bytes[done]) << shift;
  }
  return sum;
}

inline __m128i loaded_16(const unsigned char* at) {
  return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(at)));
}

inline std::uint64_t sum_of_lanes(__m128i vector) {
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(vector)) +
         static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(vector, vector)));
}

// The sums stay in vectors from range to range: there are few instructions between the loads of two
// ranges, so that as many loads as the CPU allows are in flight.
std::uint64_t load_sse2(const unsigned char* base, dax_iter& iter, std::uint64_t sum) {
  __m128i a = _mm_setzero_si128(), b = a;
  dax_iter next = iter;
  for (; next.count > 0; --next.count) {
    const unsigned char* at = base + dax_iter_next(&next);
    std::uint64_t left = next.size_bytes;
    for (; left >= 64; left -= 64, at += 64) {
      a = _mm_add_epi64(a, loaded_16(at));
      b = _mm_add_epi64(b, loaded_16(at + 16));
      a = _mm_add_epi64(a, loaded_16(at + 32));
      b = _mm_add_epi64(b, loaded_16(at + 48));
    }
    if (left != 0) [[unlikely]]
      sum += sum_words(at, left);
  }
  iter = next;
  return sum + sum_of_lanes(_mm_add_epi64(a, b));
}

__attribute__((target("avx2"))) inline __m256i loaded_32(const unsigned char* at) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(at)));
}

__attribute__((target("avx2"))) std::uint64_t load_avx2(const unsigned char* base, dax_iter& iter,
                                                        std::uint64_t sum) {
  __m256i a = _mm256_setzero_si256(), b = a;
  dax_iter next = iter;
  for (; next.count > 0; --next.count) {
    const unsigned char* at = base + dax_iter_next(&next);
    std::uint64_t left = next.size_bytes;
    for (; left >= 64; left -= 64, at += 64) {
      a = _mm256_add_epi64(a, loaded_32(at));
      b = _mm256_add_epi64(b, loaded_32(at + 32));
    }
    if (left != 0) [[unlikely]]
      sum += sum_words(at, left);
  }
  iter = next;
  a = _mm256_add_epi64(a, b);
  return sum +
         sum_of_lanes(_mm_add_epi64(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1)));
}

__attribute__((target("avx512f"))) std::uint64_t load_avx512(const unsigned char* base,
                                                             dax_iter& iter, std::uint64_t sum) {
  __m512i a = _mm512_setzero_si512(), b = a;
  dax_iter next = iter;
  for (; next.count > 0; --next.count) {
    const unsigned char* at = base + dax_iter_next(&next);
    std::uint64_t left = next.size_bytes;
    for (; left >= 128; left -= 128, at += 128) {
      a = _mm512_add_epi64(a, _mm512_loadu_si512(at));
      b = _mm512_add_epi64(b, _mm512_loadu_si512(at + 64));
    }
    if (left >= 64) {
      a = _mm512_add_epi64(a, _mm512_loadu_si512(at));
      left -= 64;
      at += 64;
    }
    if (left != 0) [[unlikely]]
      sum += sum_words(at, left);
  }
  iter = next;
  a = _mm512_add_epi64(a, b);
  // Masked, because the plain intrinsics of g++ 12 cause a warning about their own variable.
  const __m256i half = _mm256_add_epi64(_mm512_maskz_extracti64x4_epi64(0xF, a, 0),
                                        _mm512_maskz_extracti64x4_epi64(0xF, a, 1));
  return sum + sum_of_lanes(
                   _mm_add_epi64(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
}

template <typename Vector>
Vector* vector_at(const unsigned char* at) {  // the intrinsics take no pointer to const
  return static_cast<Vector*>(const_cast<void*>(static_cast<const void*>(at)));
}

__attribute__((target("sse4.1"))) std::uint64_t load_nontemporal_sse41(const unsigned char* base,
                                                                       dax_iter& iter,
                                                                       std::uint64_t sum) {
  __m128i a = _mm_setzero_si128(), b = a;
  dax_iter next = iter;
  for (; next.count > 0; --next.count) {
    const unsigned char* at = base + dax_iter_next(&next);
    for (std::uint64_t left = next.size_bytes; left >= 64; left -= 64, at += 64) {
      a = _mm_add_epi64(a, _mm_stream_load_si128(vector_at<__m128i>(at)));
      b = _mm_add_epi64(b, _mm_stream_load_si128(vector_at<__m128i>(at + 16)));
      a = _mm_add_epi64(a, _mm_stream_load_si128(vector_at<__m128i>(at + 32)));
      b = _mm_add_epi64(b, _mm_stream_load_si128(vector_at<__m128i>(at + 48)));
    }
  }
  iter = next;
  return sum + sum_of_lanes(_mm_add_epi64(a, b));
}

__attribute__((target("avx2"))) std::uint64_t load_nontemporal_avx2(const unsigned char* base,
                                                                    dax_iter& iter,
                                                                    std::uint64_t sum) {
  __m256i a = _mm256_setzero_si256(), b = a;
  dax_iter next = iter;
  for (; next.count > 0; --next.count) {
    const unsigned char* at = base + dax_iter_next(&next);
    for (std::uint64_t left = next.size_bytes; left >= 64; left -= 64, at += 64) {
      a = _mm256_add_epi64(a, _mm256_stream_load_si256(vector_at<__m256i>(at)));
      b = _mm256_add_epi64(b, _mm256_stream_load_si256(vector_at<__m256i>(at + 32)));
    }
  }
  iter = next;
  a = _mm256_add_epi64(a, b);
  return sum +
         sum_of_lanes(_mm_add_epi64(_mm256_castsi256_si128(a), _mm256_extracti128_si256(a, 1)));
}

__attribute__((target("avx512f"))) std::uint64_t load_nontemporal_avx512(const unsigned char* base,
                                                                         dax_iter& iter,
                                                                         std::uint64_t sum) {
  __m512i a = _mm512_setzero_si512(), b = a;
  dax_iter next = iter;
  for (; next.count > 0; --next.count) {
    const unsigned char* at = base + dax_iter_next(&next);
    std::uint64_t left = next.size_bytes;
    for (; left >= 128; left -= 128, at += 128) {
      a = _mm512_add_epi64(a, _mm512_stream_load_si512(vector_at<void>(at)));
      b = _mm512_add_epi64(b, _mm512_stream_load_si512(vector_at<void>(at + 64)));
    }
    if (left >= 64) a = _mm512_add_epi64(a, _mm512_stream_load_si512(vector_at<void>(at)));
  }
  iter = next;
  a = _mm512_add_epi64(a, b);
  const __m256i half = _mm256_add_epi64(_mm512_maskz_extracti64x4_epi64(0xF, a, 0),
                                        _mm512_maskz_extracti64x4_epi64(0xF, a, 1));
  return sum + sum_of_lanes(
                   _mm_add_epi64(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1)));
}

}  // namespace

LoadRanges nontemporal_load_ranges_for_this_cpu() {
  if (__builtin_cpu_supports("avx512f") != 0) return load_nontemporal_avx512;
  if (__builtin_cpu_supports("avx2") != 0) return load_nontemporal_avx2;
  return __builtin_cpu_supports("sse4.1") != 0 ? load_nontemporal_sse41 : load_sse2;
}

std::uint64_t sum_of_words(const unsigned char* bytes, std::uint64_t size_bytes) {
  return sum_words(bytes, size_bytes);
}

LoadRanges load_ranges_for_this_cpu() {
  if (__builtin_cpu_supports("avx512f") != 0) return load_avx512;
  return __builtin_cpu_supports("avx2") != 0 ? load_avx2 : load_sse2;
}

}  // namespace pmembench
