// The body of the kernels with 64-byte vectors made of two halves: the loops, shapes and remainders
// of the AVX-512 kernels run on CPUs without AVX-512 too; only the instructions differ.
#include <immintrin.h>

#include <cstddef>
#include <type_traits>
#include <utility>

#include "backend_fixture.hpp"
#include "backends/copy_kernels.h"
#include "backends/iter.h"

#define PMEMBENCH_WIDTH two_halves
#define PMEMBENCH_TARGET __attribute__((target("avx2,clwb,clflushopt")))
#define PMEMBENCH_INLINE PMEMBENCH_TARGET __attribute__((always_inline)) inline

namespace pmembench::two_halves {
namespace {

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
  __m256i low, high;

  PMEMBENCH_INLINE static __m256i* half(unsigned char* to) {
    return static_cast<__m256i*>(static_cast<void*>(to));
  }
  PMEMBENCH_INLINE static Vector load(const unsigned char* from) {
    unsigned char* at = const_cast<unsigned char*>(from);
    return {_mm256_loadu_si256(half(at)), _mm256_loadu_si256(half(at + 32))};
  }
  PMEMBENCH_INLINE static Vector zero() { return {_mm256_setzero_si256(), _mm256_setzero_si256()}; }
  PMEMBENCH_INLINE void keep() { asm volatile("" : "+x"(low), "+x"(high)); }
  PMEMBENCH_INLINE void store(unsigned char* to) const {
    _mm256_storeu_si256(half(to), low);
    _mm256_storeu_si256(half(to + 32), high);
  }
  PMEMBENCH_INLINE void stream(unsigned char* to) const {
    _mm256_stream_si256(half(to), low);
    _mm256_stream_si256(half(to + 32), high);
  }
};

}  // namespace
}  // namespace pmembench::two_halves

#undef PMEMBENCH_INLINE
#include "backends/copy_kernels.inc"

namespace pmembench {
namespace {

constexpr std::size_t kArea = 1024;

class CopyKernelsWide : public testing::Test {
 protected:
  void SetUp() override {
    if ((cpu_features() & DAX_CPU_AVX2) == 0) GTEST_SKIP() << "no AVX2 to build the halves from";
    std::mt19937_64 random(23);
    data_ = random_bytes(kArea, random);
  }
  // Writes and reads one range and compares the whole area.
  template <Store store, Flush flush>
  void check(std::uint64_t offset, std::uint64_t buffer_offset, std::uint64_t size) {
    alignas(64) std::array<unsigned char, kArea> device{};
    Bytes expected(kArea, 0);
    dax_iter write = one_range(offset, size, data_.data() + buffer_offset);
    ASSERT_EQ((two_halves::copy_from<store, flush, Fence::none>(device.data(), &write)),
              static_cast<std::int64_t>(size));
    std::memcpy(expected.data() + offset, data_.data() + buffer_offset, size);
    ASSERT_EQ(std::memcmp(device.data(), expected.data(), kArea), 0)
        << offset << " " << buffer_offset << " " << size;
    Bytes read_back(kArea, 0xA5), wanted(kArea, 0xA5);
    dax_iter read = one_range(offset, size, read_back.data() + buffer_offset);
    two_halves::copy_to<Read::ahead>(device.data(), &read);
    std::memcpy(wanted.data() + buffer_offset, data_.data() + buffer_offset, size);
    ASSERT_EQ(read_back, wanted) << offset << " " << buffer_offset << " " << size;
  }
  Bytes data_;
};

TEST_F(CopyKernelsWide, moves_every_byte_at_every_alignment) {
  for (std::uint64_t offset = 0; offset < 64; offset += 3) {
    for (std::uint64_t buffer_offset = 0; buffer_offset < 64; buffer_offset += 7) {
      for (std::uint64_t size = 1; size <= 300; ++size) {
        check<Store::cached, Flush::none>(offset, buffer_offset, size);
        check<Store::nontemporal, Flush::clflush>(offset, buffer_offset, size);
      }
    }
  }
}

TEST_F(CopyKernelsWide, moves_aligned_ranges_of_each_shape) {
  for (const std::uint64_t size : {64U, 128U, 256U, 320U, 512U}) {
    check<Store::cached, Flush::none>(128, 5, size);
    check<Store::nontemporal, Flush::clflush>(128, 5, size);
  }
}

TEST_F(CopyKernelsWide, zeroes_lines) {
  alignas(64) std::array<unsigned char, 256> memory;
  memory.fill(1);
  two_halves::zero_lines<Store::nontemporal>(memory.data() + 64, 128);
  for (std::size_t at = 0; at < memory.size(); ++at) {
    ASSERT_EQ(memory[at], at >= 64 && at < 192 ? 0 : 1) << at;
  }
}

}  // namespace
}  // namespace pmembench
