// The proof of the auditor: mutants of a right backend that change an image are found, others are
// not reported.
#include "audit/self_test.hpp"

#include <gmock/gmock.h>

#include "tests/audit/builtin.hpp"
#include "tests/audit/injected.hpp"

namespace pmembench {
namespace {

void expect_right(const SelfTestResult& result) {
  EXPECT_EQ(result.reason, "");
  EXPECT_GT(result.mutants, 10U);
  EXPECT_GT(result.harmful, 5U);
  EXPECT_EQ(result.found, result.harmful) << testing::PrintToString(result.misjudged);
  EXPECT_EQ(result.wrongly_reported, 0U) << testing::PrintToString(result.misjudged);
  EXPECT_EQ(result.mutants, result.harmful + result.harmless);
}

TEST(SelfTest, all_mutants_of_a_small_backend_are_judged_right) {
  AuditOptions options;
  options.domain = AuditDomain::memory_controller;
  options.cases = 60;
  expect_right(run_self_test(injected::body(injected::table()), options));
}

TEST(SelfTest, all_mutants_of_clwb_are_judged_right) {
  const dax_operations* const table = builtin::table_named("clwb");
  const CpuMask mask = cpu_masks(builtin::host()).front();
  if (!probe_operations(*table, host_with(builtin::host(), mask)).empty()) {
    GTEST_SKIP() << "no clwb";
  }
  AuditOptions options;
  options.cases = 20;
  expect_right(run_self_test(builtin::body(table, mask), options));
}

TEST(SelfTest, a_backend_with_errors_is_no_base_for_mutants) {
  dax_operations table = injected::table();
  table.drain = [](void*) { return 0; };
  AuditOptions options;
  options.domain = AuditDomain::memory_controller;
  const SelfTestResult result = run_self_test(injected::body(table), options);
  EXPECT_THAT(result.reason, testing::HasSubstr("run the audit first"));
}

}  // namespace
}  // namespace pmembench
