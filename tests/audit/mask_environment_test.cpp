// The variables by which libraries that read the CPU themselves follow a mask.
#include "audit/mask_environment.hpp"

#include <gmock/gmock.h>

namespace pmembench {
namespace {

TEST(MaskEnvironment, has_libpmem2_follow_the_mask) {
  const CpuMask mask{DAX_CPU_SSE2 | DAX_CPU_CLFLUSH, 16};
  const auto variables = mask_environment(mask, AuditDomain::memory_controller, true);
  EXPECT_THAT(variables,
              testing::IsSupersetOf({std::pair<std::string, std::string>{"PMEM_NO_CLWB", "1"},
                                     {"PMEM_AVX512F", "0"},
                                     {"PMEM2_FORCE_GRANULARITY", "CACHE_LINE"}}));
}

}  // namespace
}  // namespace pmembench
