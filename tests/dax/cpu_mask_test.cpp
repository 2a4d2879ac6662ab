// CPU masks: which sets of features a CPU can run, and their names.
#include "dax/cpu_mask.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

dax_host_info host_of(std::uint64_t features, std::uint32_t vector_bytes) {
  dax_host_info info{};
  info.cpu_features = features;
  info.vector_bytes = vector_bytes;
  return info;
}

constexpr std::uint64_t kFlushes = DAX_CPU_CLFLUSH | DAX_CPU_CLFLUSHOPT | DAX_CPU_CLWB;

TEST(CpuMask, a_full_cpu_has_each_vector_with_each_flush_and_store) {
  const auto masks = cpu_masks(
      host_of(kFlushes | DAX_CPU_SSE2 | DAX_CPU_AVX2 | DAX_CPU_AVX512F | DAX_CPU_MOVDIR64B, 64));
  EXPECT_EQ(masks.size(), 3U * 3U * 2U);
  EXPECT_EQ(masks.front().name(), "avx512+clwb+movdir64b");
  EXPECT_EQ(masks.back().name(), "sse2+clflush");
}

TEST(CpuMask, an_old_cpu_has_one) {
  const auto masks = cpu_masks(host_of(DAX_CPU_SSE2 | DAX_CPU_CLFLUSH, 16));
  ASSERT_EQ(masks.size(), 1U);
  EXPECT_EQ(masks.front().name(), "sse2+clflush");
  EXPECT_EQ(host_with(host_of(~0ULL, 64), masks.front()).vector_bytes, 16U);
}

TEST(CpuMask, a_mask_is_found_by_its_name) {
  const dax_host_info host = host_of(kFlushes | DAX_CPU_SSE2 | DAX_CPU_AVX2, 32);
  const auto one = parse_cpu_masks("avx2+clflushopt", host);
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().features & DAX_CPU_CLWB, 0U);
  EXPECT_EQ(parse_cpu_masks("all", host)->size(), 6U);
}

TEST(CpuMask, what_is_unknown_and_what_the_cpu_lacks_are_told_apart) {
  const dax_host_info host = host_of(kFlushes | DAX_CPU_SSE2, 16);
  const auto unknown = parse_cpu_masks("mmx", host);
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
  const auto lacking = parse_cpu_masks("avx2+clwb", host);
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().kind, ErrorKind::environment);
}

}  // namespace
}  // namespace pmembench
