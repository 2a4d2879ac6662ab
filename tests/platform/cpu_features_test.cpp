#include "platform/cpu_features.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace pmembench {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t bit(unsigned index) { return std::uint32_t{1} << index; }
constexpr std::uint64_t kSse = 2, kAvx = 4, kAvx512 = 0xE0;

// A CPU with every feature and an OS that saves everything.
CpuidRegisters full() {
  CpuidRegisters registers;
  registers.leaf1_edx = bit(26) | bit(19);
  registers.leaf7_ebx = bit(5) | bit(16) | bit(23) | bit(24);
  registers.leaf7_ecx = bit(28);
  registers.leaf80000007_edx = bit(8);
  registers.xcr0 = 1 | kSse | kAvx | kAvx512;
  return registers;
}

TEST(CpuFeatures, are_all_absent_on_a_cpu_that_says_nothing) {
  const CpuFeatures features = features_of({});
  EXPECT_FALSE(features.sse2 || features.avx2 || features.avx512f || features.clflush ||
               features.clflushopt || features.clwb || features.movdir64b ||
               features.invariant_tsc || features.hypervisor);
  EXPECT_EQ(features.vector_bytes(), 16U);
}

TEST(CpuFeatures, each_comes_from_its_own_bit) {
  const auto only = [](auto change) {
    CpuidRegisters registers;
    registers.xcr0 = 1 | kSse | kAvx | kAvx512;
    change(registers);
    const CpuFeatures f = features_of(registers);
    return std::vector<bool>{f.sse2, f.clflush,   f.avx2,          f.avx512f,   f.clflushopt,
                             f.clwb, f.movdir64b, f.invariant_tsc, f.hypervisor};
  };
  const std::vector<std::vector<bool>> got = {only([](auto& r) { r.leaf1_edx = bit(26); }),
                                              only([](auto& r) { r.leaf1_edx = bit(19); }),
                                              only([](auto& r) { r.leaf7_ebx = bit(5); }),
                                              only([](auto& r) { r.leaf7_ebx = bit(16); }),
                                              only([](auto& r) { r.leaf7_ebx = bit(23); }),
                                              only([](auto& r) { r.leaf7_ebx = bit(24); }),
                                              only([](auto& r) { r.leaf7_ecx = bit(28); }),
                                              only([](auto& r) { r.leaf80000007_edx = bit(8); }),
                                              only([](auto& r) { r.leaf1_ecx = bit(31); })};
  for (std::size_t i = 0; i < got.size(); ++i) {
    std::vector<bool> expected(got.size(), false);
    expected[i] = true;
    EXPECT_EQ(got[i], expected) << "feature " << i;
  }
}

TEST(CpuFeatures, need_the_consent_of_the_operating_system_for_wide_vectors) {
  CpuidRegisters registers = full();
  EXPECT_EQ(features_of(registers).vector_bytes(), 64U);
  registers.xcr0 = 1 | kSse | kAvx;
  EXPECT_TRUE(features_of(registers).avx2);
  EXPECT_FALSE(features_of(registers).avx512f);
  EXPECT_EQ(features_of(registers).vector_bytes(), 32U);
  registers.xcr0 = 1 | kSse;
  EXPECT_FALSE(features_of(registers).avx2);
  registers.xcr0 = 0;
  EXPECT_EQ(features_of(registers).vector_bytes(), 16U);
  EXPECT_TRUE(features_of(registers).clwb);
}

TEST(CpuFeatures, need_each_part_of_the_wide_state) {
  for (const std::uint64_t missing : {0x02U, 0x04U, 0x20U, 0x40U, 0x80U}) {
    CpuidRegisters registers = full();
    registers.xcr0 &= ~missing;
    EXPECT_FALSE(features_of(registers).avx512f) << missing;
  }
}

TEST(CpuFeatures, of_this_cpu_contain_what_its_kernel_lists) {
  const CpuFacts facts = read_cpu("/");
  if (facts.flags.empty()) GTEST_SKIP() << "no flags in /proc/cpuinfo";
  const CpuFeatures features = detect_cpu_features();
  const auto listed = [&](const char* flag) {
    return std::find(facts.flags.begin(), facts.flags.end(), flag) != facts.flags.end();
  };
  EXPECT_GE(features.sse2, listed("sse2"));
  EXPECT_GE(features.avx2, listed("avx2"));
  EXPECT_GE(features.avx512f, listed("avx512f"));
  EXPECT_GE(features.clflush, listed("clflush"));
  EXPECT_GE(features.clflushopt, listed("clflushopt"));
  EXPECT_GE(features.clwb, listed("clwb"));
  EXPECT_GE(features.movdir64b, listed("movdir64b"));
  EXPECT_EQ(features.hypervisor, listed("hypervisor"));
}

TEST(WithoutFeatures, takes_away_what_is_named_and_nothing_else) {
  const auto less = without_features(features_of(full()), "clwb, avx512f");
  ASSERT_TRUE(less);
  EXPECT_FALSE(less->clwb);
  EXPECT_FALSE(less->avx512f);
  EXPECT_TRUE(less->clflushopt);
  EXPECT_EQ(less->vector_bytes(), 32U);
}

TEST(WithoutFeatures, takes_away_every_feature_by_its_name) {
  const auto none = without_features(
      features_of(full()), "sse2,avx2,avx512f,clflush,clflushopt,clwb,movdir64b,invariant_tsc");
  ASSERT_TRUE(none);
  EXPECT_FALSE(none->sse2 || none->avx2 || none->avx512f || none->clflush || none->clflushopt ||
               none->clwb || none->movdir64b || none->invariant_tsc);
}

TEST(WithoutFeatures, accepts_an_empty_list_and_absent_features) {
  EXPECT_TRUE(without_features({}, ""));
  EXPECT_TRUE(without_features({}, "clwb"));
}

TEST(WithoutFeatures, refuses_unknown_and_empty_names) {
  const auto unknown = without_features({}, "clwb,sse9");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind, ErrorKind::usage);
  EXPECT_EQ(unknown.error().message,
            "CPU feature 'sse9' cannot be taken away: it is unknown; use one of sse2, avx2, "
            "avx512f, clflush, clflushopt, clwb, movdir64b, invariant_tsc");
  EXPECT_THAT(without_features({}, "clwb,,avx2").error().message, HasSubstr("feature ''"));
}

}  // namespace
}  // namespace pmembench
