// The audit of injected backends: one that is right, and each way to be wrong.
#include "audit/audit.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/audit/injected.hpp"

namespace pmembench {
namespace {

using injected::errors;
using testing::Contains;
using testing::IsEmpty;

TEST(Audit, a_backend_that_flushes_and_fences_passes) {
  const AuditResult result = injected::audit(injected::table());
  EXPECT_EQ(result.verdict, AuditVerdict::passed) << result.reason;
  EXPECT_THAT(errors(result), IsEmpty());
  EXPECT_EQ(result.cases, 120U);
  EXPECT_GT(result.steps, 1000U);
}

TEST(Audit, a_flush_that_writes_nothing_back_is_found) {
  dax_operations table = injected::table();
  table.flush = [](void*, dax_iter* iter) {
    return injected::flush_lines(iter, [](unsigned char*) {});
  };
  const AuditResult result = injected::audit(table);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result), Contains("never flushed"));
  EXPECT_THAT(errors(result), Contains("wrong count"));
}

TEST(Audit, a_drain_that_does_not_fence_is_found) {
  dax_operations table = injected::table();
  table.drain = [](void*) { return 0; };
  const AuditResult result = injected::audit(table);
  EXPECT_THAT(errors(result), Contains("flushed but not fenced"));
}

TEST(Audit, a_finding_names_instruction_place_word_and_smallest_case) {
  dax_operations table = injected::table();
  table.drain = [](void*) { return 0; };
  const AuditResult result = injected::audit(table);
  ASSERT_FALSE(result.findings.empty());
  // A copy of one byte runs other instructions than one of 25: each has its own smallest case.
  bool one_byte = false, repeated = false;
  for (const Finding& finding : result.findings) {
    if (!finding.error) continue;
    EXPECT_FALSE(finding.instruction.empty());
    EXPECT_FALSE(finding.place.empty());
    ASSERT_TRUE(finding.word_offset_bytes);
    EXPECT_GE(*finding.word_offset_bytes, 4096U);
    repeated = repeated || finding.times > 1;
    const bool smallest = finding.smallest_case.find("1 x 1 B at +4096") != std::string::npos;
    one_byte = one_byte || smallest;
  }
  EXPECT_TRUE(one_byte);
  EXPECT_TRUE(repeated);
}

TEST(Audit, work_for_nothing_is_a_cost_and_no_error) {
  dax_operations table = injected::table();
  table.flush = [](void*, dax_iter* iter) {
    return 2 * injected::flush_lines(iter, [](unsigned char* line) {
             injected::flush_weakly(line);
             injected::flush_weakly(line);
           });
  };
  table.drain = [](void*) {
    injected::sfence();
    injected::sfence();
    return 0;
  };
  const AuditResult result = injected::audit(table);
  EXPECT_EQ(result.verdict, AuditVerdict::passed);
  std::vector<std::string> costs;
  for (const Finding& finding : result.findings) costs.push_back(finding.rule);
  EXPECT_THAT(costs, Contains("redundant flush"));
  EXPECT_THAT(costs, Contains("redundant fence"));
}

TEST(Audit, the_domain_decides_what_is_enough) {
  dax_operations table = injected::table();  // as eadr: stores and a fence
  table.capabilities &= ~DAX_CAP_NEEDS_FLUSH;
  table.flush = [](void*, dax_iter* iter) {
    iter->count = 0;
    return std::int64_t{0};
  };
  EXPECT_EQ(injected::audit(table, 100, AuditDomain::cpu_cache).verdict, AuditVerdict::passed);
  EXPECT_THAT(errors(injected::audit(table, 100, AuditDomain::memory_controller)),
              Contains("never flushed"));
  EXPECT_THAT(errors(injected::audit(table, 100, AuditDomain::other_host)),
              Contains("never flushed"));
  EXPECT_THAT(errors(injected::audit(injected::table(), 100, AuditDomain::page_cache)),
              Contains("wrong flush for the domain"));
  EXPECT_EQ(injected::audit(table, 100, AuditDomain::none).verdict, AuditVerdict::no_claim);
}

TEST(Audit, a_backend_that_does_no_work_claims_nothing) {
  dax_operations table = injected::table();
  table.capabilities = DAX_CAP_NO_WORK;
  EXPECT_EQ(injected::audit(table).verdict, AuditVerdict::no_claim);
}

// ---- Bugs that reviews, tests and pmemcheck missed, built again in small (docs/audit.md). ----

// pmem/pmdk #5292 and pmem/issues #1082: non-temporal copies without a fence where clflush is the
// only flush, since clflush needs none.
std::int64_t stream(dax_iter* iter) {
  return injected::each_range(iter, [&](unsigned char* to) {
    std::uint64_t i = 0;
    for (; i < iter->size_bytes && reinterpret_cast<std::uintptr_t>(to + i) % 64 != 0; ++i) {
      to[i] = iter->buffer[i];
    }
    if (i > 0) injected::clflush(to);
    for (; i + 8 <= iter->size_bytes; i += 8) {
      long long word = 0;
      std::memcpy(&word, iter->buffer + i, 8);
      _mm_stream_si64(reinterpret_cast<long long*>(to + i), word);
    }
    if (i == iter->size_bytes) return;
    unsigned char* const tail = to + i;
    for (; i < iter->size_bytes; ++i) to[i] = iter->buffer[i];
    injected::clflush(tail);
  });
}

dax_operations streaming_table() {
  dax_operations table = injected::table();
  table.capabilities &= ~DAX_CAP_NEEDS_FLUSH;
  table.nontemporal_from_bytes = 1;
  table.copy_from_iter = [](void*, dax_iter* iter) { return stream(iter); };
  table.flush = [](void*, dax_iter* iter) {
    if ((iter->flags & DAX_ITER_STORED) == 0) {
      iter->count = 0;
      return std::int64_t{0};
    }
    return injected::flush(nullptr, iter);
  };
  table.zero_page_range = [](void*, std::uint64_t page, std::uint64_t pages) {
    for (std::uint64_t at = 0; at < pages * DAX_PAGE_BYTES; at += 8) {
      _mm_stream_si64(reinterpret_cast<long long*>(injected::base() + page * DAX_PAGE_BYTES + at),
                      0);
    }
    return 0;
  };
  return table;
}

TEST(KnownBugs, the_streaming_backend_itself_passes) {
  const AuditResult result = injected::audit(streaming_table());
  EXPECT_EQ(result.verdict, AuditVerdict::passed)
      << (result.findings.empty() ? "" : result.findings.front().rule);
}

TEST(KnownBugs, a_barrier_that_became_a_compiler_barrier) {  // pmdk #5292
  dax_operations table = streaming_table();
  table.drain = [](void*) {
    asm volatile("" ::: "memory");
    return 0;
  };
  EXPECT_THAT(errors(injected::audit(table)), Contains("flushed but not fenced"));
}

TEST(KnownBugs, a_persist_by_movnt_with_clflush_and_no_fence) {  // pmem/issues #1082
  dax_operations table = streaming_table();
  table.persist_from_iter = [](void*, dax_iter* iter) { return stream(iter); };
  EXPECT_THAT(errors(injected::audit(table)), Contains("flushed but not fenced"));
}

TEST(KnownBugs, a_flush_where_the_caches_are_durable_is_a_cost) {  // pmdk #5364
  const AuditResult result = injected::audit(injected::table(), 100, AuditDomain::cpu_cache);
  EXPECT_EQ(result.verdict, AuditVerdict::passed);
  ASSERT_FALSE(result.findings.empty());
  EXPECT_EQ(result.findings.front().rule, "flush that the domain does not need");
}

// pmdk PR #5257 wrote back to the point of coherency, maru #67 called msync on devdax: a flush of
// the wrong kind. Here an msync stands for it, in a domain that it does not reach.
TEST(KnownBugs, a_flush_that_does_not_reach_the_domain) {  // pmdk #5257, maru #67
  dax_operations table = injected::table();
  table.flush = [](void*, dax_iter* iter) {
    return injected::flush_lines(iter, [](unsigned char* line) {
      unsigned char* const page = line - reinterpret_cast<std::uintptr_t>(line) % 4096;
      msync(page, 4096, MS_SYNC);
    });
  };
  EXPECT_THAT(errors(injected::audit(table)), Contains("wrong flush for the domain"));
  EXPECT_THAT(errors(injected::audit(table, 100, AuditDomain::other_host)),
              Contains("wrong flush for the domain"));
}

TEST(KnownBugs, ranges_that_are_merged_and_flushed_as_the_first) {  // pmdk #5613
  dax_operations table = injected::table();
  table.flush = [](void*, dax_iter* iter) {
    dax_iter first = *iter;
    first.count = 1;
    iter->count = 0;
    return injected::flush(nullptr, &first);
  };
  EXPECT_THAT(errors(injected::audit(table)), Contains("never flushed"));
}

TEST(KnownBugs, a_fence_lost_in_a_refactoring) {  // viper #9
  dax_operations table = injected::table();
  table.persist_from_iter = [](void*, dax_iter* iter) {
    return injected::each_range(iter, [&](unsigned char* to) {
      std::memcpy(to, iter->buffer, iter->size_bytes);
      for (auto* line = to - reinterpret_cast<std::uintptr_t>(to) % 64;
           line < to + iter->size_bytes; line += 64) {
        injected::flush_weakly(line);
      }
    });
  };
  EXPECT_THAT(errors(injected::audit(table)), Contains("flushed but not fenced"));
}

TEST(KnownBugs, one_fence_for_all_ranges_of_a_persist) {  // MadFS #30
  dax_operations table = injected::table();
  table.persist_from_iter = [](void* handle, dax_iter* iter) {
    const std::int64_t bytes = injected::each_range(iter, [&](unsigned char* to) {
      std::memcpy(to, iter->buffer, iter->size_bytes);
      for (auto* line = to - reinterpret_cast<std::uintptr_t>(to) % 64;
           line < to + iter->size_bytes; line += 64) {
        injected::flush_weakly(line);
      }
    });
    injected::drain(handle);
    return bytes;
  };
  const AuditResult result = injected::audit(table);
  EXPECT_THAT(errors(result), Contains("flushed but not fenced"));
}

TEST(KnownBugs, a_constructor_that_flushes_nothing) {  // FAST_FAIR #13
  dax_operations table = injected::table();
  table.capabilities &= ~DAX_CAP_NEEDS_FLUSH;  // "new pages are clean"
  table.nontemporal_from_bytes = 1;
  EXPECT_THAT(errors(injected::audit(table)), Contains("never flushed"));
}

TEST(KnownBugs, a_sync_that_is_a_store_barrier_only) {  // daxfs #23
  dax_operations table = injected::table();
  table.flush = [](void*, dax_iter* iter) {
    iter->count = 0;
    injected::sfence();
    return std::int64_t{0};
  };
  EXPECT_THAT(errors(injected::audit(table)), Contains("never flushed"));
}

TEST(KnownBugs, a_switch_that_is_inverted) {  // IOR aiori-PMDK
  dax_operations table = streaming_table();
  table.persist_from_iter = [](void*, dax_iter* iter) {
    const bool skip = (iter->flags & DAX_ITER_SKIP_FLUSH) != 0;
    const std::int64_t bytes = stream(iter);
    if (skip) injected::sfence();
    return bytes;
  };
  EXPECT_THAT(errors(injected::audit(table)), Contains("flushed but not fenced"));
}

}  // namespace
}  // namespace pmembench
