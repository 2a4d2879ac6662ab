// The audit of planted backends: one that is right, and each way to be wrong.
#include "audit/audit.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/audit/planted.hpp"

namespace pmembench {
namespace {

using planted::errors;
using testing::Contains;
using testing::IsEmpty;

TEST(Audit, a_backend_that_flushes_and_fences_passes) {
  const AuditResult result = planted::audit(planted::table());
  EXPECT_EQ(result.verdict, AuditVerdict::passed) << result.reason;
  EXPECT_THAT(errors(result), IsEmpty());
  EXPECT_EQ(result.cases, 120U);
  EXPECT_GT(result.steps, 1000U);
}

TEST(Audit, a_flush_that_writes_nothing_back_is_found) {
  dax_operations table = planted::table();
  table.flush = [](void*, dax_iter* iter) {
    return planted::flush_lines(iter, [](unsigned char*) {});
  };
  const AuditResult result = planted::audit(table);
  EXPECT_EQ(result.verdict, AuditVerdict::failed);
  EXPECT_THAT(errors(result), Contains("never flushed"));
  EXPECT_THAT(errors(result), Contains("wrong count"));
}

TEST(Audit, a_drain_that_does_not_fence_is_found) {
  dax_operations table = planted::table();
  table.drain = [](void*) { return 0; };
  const AuditResult result = planted::audit(table);
  EXPECT_THAT(errors(result), Contains("flushed but not fenced"));
}

}  // namespace
}  // namespace pmembench
