// The built-in backends on every CPU mask of this machine, at a small sample. The command's own
// test and docs/audit.md have the whole.
#include <gmock/gmock.h>

#include <cstdio>

#include "tests/audit/builtin.hpp"

namespace pmembench {
namespace {

class BuiltinBackend : public testing::TestWithParam<const char*> {};

TEST_P(BuiltinBackend, flushes_and_fences_what_it_claims_on_each_mask) {
  const dax_operations* const table = builtin::table_named(GetParam());
  ASSERT_NE(table, nullptr);
  std::uint64_t audited = 0;
  for (const CpuMask& mask : cpu_masks(builtin::host())) {
    const bool direct = (mask.features & DAX_CPU_MOVDIR64B) != 0;  // no built-in of ours uses it
    if (direct || !probe_operations(*table, host_with(builtin::host(), mask)).empty()) continue;
    AuditOptions options;
    options.cases = 20;
    options.seed = 3;
    const AuditResult result = run_audit(builtin::body(table, mask), options);
    EXPECT_EQ(result.verdict, AuditVerdict::passed)
        << mask.name() << ": " << result.reason
        << (result.findings.empty()
                ? ""
                : result.findings.front().rule + " " + result.findings.front().instruction + " " +
                      result.findings.front().place + " " + result.findings.front().detail + " " +
                      result.findings.front().smallest_case);
    ++audited;
  }
  EXPECT_GT(audited, 0U);
}

INSTANTIATE_TEST_SUITE_P(Each, BuiltinBackend,
                         testing::Values("movnt", "clwb", "clflushopt", "clflush", "eadr"),
                         [](const auto& each) { return std::string(each.param); });

TEST(BuiltinBackends, that_do_no_work_claim_nothing) {
  const AuditResult result = run_audit(
      builtin::body(builtin::table_named("null"), cpu_masks(builtin::host()).front()), {});
  EXPECT_EQ(result.verdict, AuditVerdict::no_claim);
}

TEST(BuiltinBackends, eadr_is_not_durable_where_caches_are_lost) {
  AuditOptions options;
  options.cases = 20;
  options.domain = AuditDomain::memory_controller;
  const AuditResult result = run_audit(
      builtin::body(builtin::table_named("eadr"), cpu_masks(builtin::host()).front()), options);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
}

}  // namespace
}  // namespace pmembench
