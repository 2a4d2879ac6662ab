#include "run/host_info.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(HostInfo, tells_backends_what_the_cpu_has) {
  const auto info = host_info("");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->struct_size, sizeof(dax_host_info));
  EXPECT_NE(info->cpu_features & DAX_CPU_SSE2, 0u);
  EXPECT_TRUE(info->vector_bytes == 16 || info->vector_bytes == 32 || info->vector_bytes == 64);
}

TEST(HostInfo, takes_named_features_away) {
  const auto info = host_info("clwb,avx2,avx512f");
  ASSERT_TRUE(info);
  EXPECT_EQ(info->cpu_features & (DAX_CPU_CLWB | DAX_CPU_AVX2 | DAX_CPU_AVX512F), 0u);
  EXPECT_EQ(info->vector_bytes, 16u);
}

TEST(HostInfo, refuses_a_feature_that_nobody_knows) { EXPECT_FALSE(host_info("clbw")); }

}  // namespace
}  // namespace pmembench
