// The sample of cases: repeatable, inside the window, and with every kind of call.
#include "audit/case_sample.hpp"

#include <gmock/gmock.h>

#include <set>

namespace pmembench {
namespace {

CaseSpace everything() { return {}; }

TEST(CaseSample, the_same_seed_gives_the_same_cases) {
  const auto first = sample_cases(everything(), 300, 5);
  const auto again = sample_cases(everything(), 300, 5);
  const auto other = sample_cases(everything(), 300, 6);
  ASSERT_EQ(first.size(), 300U);
  const auto texts = [](const std::vector<CaseGroup>& groups) {
    std::vector<std::string> all;
    for (const CaseGroup& group : groups) {
      for (const AuditCase& work : group) all.push_back(describe_case(work));
    }
    return all;
  };
  EXPECT_EQ(texts(first), texts(again));
  EXPECT_NE(texts(first), texts(other));
}

TEST(CaseSample, every_range_lies_in_the_window_and_threads_lie_apart) {
  for (const CaseGroup& group : sample_cases(everything(), 2000, 1)) {
    for (const AuditCase& work : group) {
      for (const ByteRange& range : ranges_of(work)) {
        ASSERT_LE(range.end() + 128, kAuditWindowBytes) << describe_case(work);
        ASSERT_GE(range.offset_bytes, 128U);
        ASSERT_FALSE(range.overlaps({work.publish_offset_bytes, kPublishBytes}));
      }
    }
    if (group.size() < 2) continue;
    for (const ByteRange& first : ranges_of(group[0])) {
      for (const ByteRange& second : ranges_of(group[1])) ASSERT_FALSE(first.overlaps(second));
    }
  }
}

TEST(CaseSample, every_call_order_and_offset_occurs) {
  std::set<AuditCall> calls;
  std::set<std::uint64_t> offsets;
  bool random = false, table = false, pair = false;
  for (const CaseGroup& group : sample_cases(everything(), 4000, 1)) {
    pair = pair || group.size() == 2;
    for (const AuditCase& work : group) {
      calls.insert(work.calls.begin(), work.calls.begin() + work.call_count);
      for (const ByteRange& range : ranges_of(work)) offsets.insert(range.offset_bytes % 64);
      random = random || (work.iter.count > 1 && work.iter.multiplier != 1);
      table = table || work.table_seed != 0;
    }
  }
  EXPECT_EQ(calls.size(), 11U);
  EXPECT_EQ(offsets.size(), 64U);
  EXPECT_TRUE(random && table && pair);
}

TEST(CaseSample, a_backend_gets_only_what_it_can_do) {
  CaseSpace space;
  space.granule_bytes = 512;
  space.addressed = space.has_persist = space.has_recovery = space.two_threads = false;
  for (const CaseGroup& group : sample_cases(space, 500, 1)) {
    ASSERT_EQ(group.size(), 1U);
    for (const ByteRange& range : ranges_of(group[0])) {
      ASSERT_EQ(range.offset_bytes % 512 + range.size_bytes % 512, 0U);
    }
    for (const AuditCall call : {AuditCall::persist, AuditCall::recovery, AuditCall::store}) {
      ASSERT_FALSE(has_call(group[0], call));
    }
  }
}

TEST(CaseSample, contents_differ_from_what_the_medium_held) {
  const auto groups = sample_cases(everything(), 50, 1);
  for (const CaseGroup& group : groups) {
    for (std::uint64_t i = 0; i < 100; ++i) {
      ASSERT_NE(content_byte(group[0], i), kUntouchedByte);
    }
  }
}

}  // namespace
}  // namespace pmembench
