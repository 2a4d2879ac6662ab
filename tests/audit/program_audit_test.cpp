// Whole programs: what they stored to a file, and whether it was durable when they said so.
#include "audit/program_audit.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>

namespace pmembench {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class ProgramAudits : public testing::Test {
 protected:
  ProgramAudits() {
    std::string name = (std::filesystem::temp_directory_path() / "program-audit-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    options_.ranges = {pool()};
  }
  ~ProgramAudits() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string pool() const { return folder_ + "/pool"; }
  static std::string program(const std::string& name) {
    return std::string(PMEMBENCH_BINARY_DIR) + "/programs/" + name;
  }
  ProgramResult run(const std::string& name, const std::string& mode = "") {
    options_.words = {program(name), pool()};
    if (!mode.empty()) options_.words.push_back(mode);
    std::filesystem::remove(pool());  // bytes that are there already change nothing
    return run_program_audit(options_);
  }
  static std::vector<std::string> rules(const ProgramResult& result, bool errors) {
    std::vector<std::string> found;
    for (const Finding& finding : result.audit.findings) {
      if (finding.error == errors) found.push_back(finding.rule);
    }
    return found;
  }

  std::string folder_;
  ProgramOptions options_;
};

TEST_F(ProgramAudits, what_is_flushed_and_fenced_passes) {
  const ProgramResult result = run("own", "right");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::passed) << result.audit.reason;
  EXPECT_THAT(result.audit.findings, IsEmpty());
  EXPECT_EQ(result.ended, "exit status 0");
  EXPECT_EQ(result.files, std::vector<std::string>{pool()});
  EXPECT_EQ(result.audit.sheet.front().sheet.flushes, 6U);
  EXPECT_GT(result.audit.steps, 100U);
}

struct Wrong {
  const char *mode, *rule;
  std::uint64_t word;
};

class WrongPrograms : public ProgramAudits, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongPrograms, are_found_with_the_rule_and_the_word) {
  const ProgramResult result = run("own", GetParam().mode);
  ASSERT_EQ(result.audit.verdict, AuditVerdict::failed) << result.audit.reason;
  ASSERT_THAT(rules(result, true), testing::ElementsAre(GetParam().rule));
  const Finding& finding = result.audit.findings.front();
  EXPECT_EQ(finding.word_offset_bytes, GetParam().word);
  EXPECT_NE(finding.instruction, "");
  EXPECT_NE(finding.place, "");
}

INSTANTIATE_TEST_SUITE_P(Each, WrongPrograms,
                         testing::Values(Wrong{"never_flushed", "never flushed", 64},
                                         Wrong{"not_fenced", "flushed but not fenced", 128},
                                         Wrong{"stored_after", "stored after its flush", 72},
                                         Wrong{"msync_beside", "never flushed", 64},
                                         Wrong{"pwrite", "never flushed", 640},
                                         Wrong{"read_into", "never flushed", 200},
                                         Wrong{"moved", "never flushed", 4096},
                                         Wrong{"unmapped", "never flushed", 64},
                                         Wrong{"crash", "never flushed", 64}),
                         [](const auto& each) { return std::string(each.param.mode); });

TEST_F(ProgramAudits, msync_and_fsync_make_their_ranges_durable) {
  EXPECT_EQ(run("own", "msync").audit.verdict, AuditVerdict::passed);
}

TEST_F(ProgramAudits, another_thread_may_flush_what_was_handed_to_it) {
  EXPECT_EQ(run("own", "thread").audit.verdict, AuditVerdict::passed);
}

TEST_F(ProgramAudits, what_a_signal_handler_stores_is_seen) {
  const ProgramResult result = run("own", "signal");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::passed);
  EXPECT_EQ(result.audit.sheet.front().sheet.stores, 2U);
  EXPECT_EQ(result.audit.sheet.front().sheet.flushes, 2U);
}

TEST_F(ProgramAudits, a_fence_that_may_be_there_by_chance_is_noted) {
  const ProgramResult result = run("own", "locked");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::passed);
  EXPECT_THAT(rules(result, false), Contains("fenced by a locked instruction alone"));
}

TEST_F(ProgramAudits, a_crash_is_an_end_and_is_named) {
  EXPECT_EQ(run("own", "crash").ended, "SIGSEGV");
}

TEST_F(ProgramAudits, one_that_starts_others_is_unaudited) {
  const ProgramResult result = run("own", "fork");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::unaudited);
  EXPECT_THAT(result.audit.reason, HasSubstr("another process"));
}

TEST_F(ProgramAudits, one_that_never_ends_meets_the_step_limit) {
  options_.steps = 20'000;
  const ProgramResult result = run("own", "forever");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::unaudited);
  EXPECT_THAT(result.audit.reason, HasSubstr("more than 20000 steps"));
}

TEST_F(ProgramAudits, one_that_maps_nothing_is_unaudited) {
  options_.ranges.clear();
  const ProgramResult result = run("own", "never_flushed");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::unaudited);
  EXPECT_THAT(result.audit.reason, HasSubstr("--range"));
}

TEST_F(ProgramAudits, one_that_is_not_there_is_unaudited) {
  const ProgramResult result = run("nothing_of_that_name");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::unaudited);
  EXPECT_THAT(result.audit.reason, HasSubstr("cannot be run"));
}

TEST_F(ProgramAudits, the_domain_decides) {
  options_.domain = AuditDomain::cpu_cache;
  const ProgramResult result = run("own", "right");
  EXPECT_EQ(result.audit.verdict, AuditVerdict::passed);
  EXPECT_THAT(rules(result, false), Contains("flush that the domain does not need"));
  options_.domain = AuditDomain::page_cache;
  EXPECT_EQ(run("own", "right").audit.verdict, AuditVerdict::failed);
  EXPECT_EQ(run("own", "msync").audit.verdict, AuditVerdict::passed);
}

// Debian's libraries, by both of their ways: as on persistent memory, and by msync.
class Libraries : public ProgramAudits {
 protected:
  ProgramResult run_on(bool pmem, const std::string& name, const std::string& mode) {
    setenv("PMEM_IS_PMEM_FORCE", pmem ? "1" : "0", 1);
    setenv("PMEM2_FORCE_GRANULARITY", pmem ? "CACHE_LINE" : "PAGE", 1);
    return run(name, mode);
  }
  static bool is_built(const std::string& name) { return std::filesystem::exists(program(name)); }
};

TEST_F(Libraries, libpmem_and_libpmem2_pass) {
  for (const std::string name : {"pmem", "pmem2"}) {
    if (!is_built(name)) GTEST_SKIP() << "lib" << name << "-dev is not installed";
    for (const bool pmem : {true, false}) {
      const ProgramResult result = run_on(pmem, name, "right");
      EXPECT_EQ(result.audit.verdict, AuditVerdict::passed) << name << result.audit.reason;
      EXPECT_EQ(result.ended, "exit status 0");
      EXPECT_GE(result.audit.sheet.front().sheet.past_cache_bytes, 7000U);
    }
  }
}

TEST_F(Libraries, what_a_program_forgets_is_found_behind_them) {
  if (!is_built("pmem")) GTEST_SKIP() << "libpmem-dev is not installed";
  EXPECT_EQ(run_on(true, "pmem", "no_flush").audit.verdict, AuditVerdict::failed);
  EXPECT_THAT(rules(run_on(true, "pmem", "no_drain"), false),
              Contains("fenced by a locked instruction alone"));
}

// What is not durable is its run-time state, which lies in the pool behind the three offsets.
TEST_F(Libraries, a_pool_of_libpmemlog_passes_but_for_its_state_in_the_pool) {
  if (!is_built("pmemlog")) GTEST_SKIP() << "libpmemlog-dev is not installed";
  options_.unclaimed = {{4096 + 24, 4096 - 24}};
  const ProgramResult claimed = run_on(true, "pmemlog", "");
  EXPECT_EQ(claimed.audit.verdict, AuditVerdict::passed) << claimed.audit.reason;
}

}  // namespace
}  // namespace pmembench
