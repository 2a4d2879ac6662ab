// The rules, event by event, without a process.
#include "audit/rules.hpp"

#include <gmock/gmock.h>
#include <sys/syscall.h>

#include <array>

#include "audit/case_sample.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kAt = 4096;

AuditCase copy_flush_drain(std::uint64_t size) {
  AuditCase work;
  work.calls = {AuditCall::copy, AuditCall::flush, AuditCall::drain};
  work.call_count = 3;
  work.iter.multiplier = 1;
  work.iter.slots = 1;
  work.iter.count = 1;
  work.iter.offset_bytes = kAt;
  work.iter.granule_bytes = size;
  work.iter.size_bytes = size;
  return work;
}

// A judge, and events in one word.
class Rules : public testing::Test {
 protected:
  void start(AuditDomain domain = AuditDomain::memory_controller, std::uint64_t size = 64) {
    facts_.domain = domain;
    facts_.needs_flush = true;
    facts_.address = 1 << 20;
    facts_.window_bytes = kAuditWindowBytes;
    cases_ = {copy_flush_drain(size)};
    judge_.emplace(facts_, cases_);
  }
  TraceEvent make(TraceEvent::Kind kind, unsigned thread = 0) {
    TraceEvent event;
    event.kind = kind;
    event.thread = thread;
    event.ip = 0x1000 + ++ip_;
    return event;
  }
  void begin(std::uint64_t call) {
    TraceEvent event = make(TraceEvent::Kind::begin);
    event.number = call;
    judge_->on_event(event);
  }
  void end(std::int64_t result) {
    TraceEvent event = make(TraceEvent::Kind::end);
    event.result = result;
    judge_->on_event(event);
  }
  void store(std::uint64_t from, std::uint64_t to, bool past_cache = false, unsigned thread = 0) {
    std::vector<std::byte> bytes;
    for (std::uint64_t i = from; i < to; ++i) bytes.push_back(content_byte(cases_[0], i));
    TraceEvent event = make(TraceEvent::Kind::store, thread);
    event.address = kAt + from;
    event.size_bytes = to - from;
    event.past_cache = past_cache;
    event.bytes = bytes;
    judge_->on_event(event);
  }
  void flush(std::uint64_t offset, bool ordered = false) {
    TraceEvent event = make(TraceEvent::Kind::flush);
    event.address = kAt + offset;
    event.size_bytes = 64;
    event.ordered = ordered;
    judge_->on_event(event);
  }
  void fence(unsigned thread = 0) { judge_->on_event(make(TraceEvent::Kind::fence, thread)); }
  void drain() {
    begin(2);
    fence();
    end(0);
  }
  std::vector<Rule> found() {
    std::vector<Rule> rules;
    for (const Violation& violation : judge_->violations()) rules.push_back(violation.rule);
    return rules;
  }
  JudgeFacts facts_;
  std::vector<AuditCase> cases_;
  std::optional<CaseJudge> judge_;
  std::uint64_t ip_ = 0;
};

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

TEST_F(Rules, store_flush_fence_is_durable) {
  start();
  begin(0), store(0, 64), end(64);
  begin(1), flush(0), end(1);
  drain();
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(judge_->costs(), IsEmpty());
}

TEST_F(Rules, a_store_behind_the_flush_is_told_apart_from_one_never_flushed) {
  start();
  begin(0), store(0, 8), flush(0), store(8, 64), end(64);
  begin(1), end(0);
  drain();
  EXPECT_THAT(found(), Each(Rule::stored_after_flush));
  start();
  begin(0), store(0, 64), end(64);
  begin(1), end(0);
  drain();
  EXPECT_THAT(found(), Not(IsEmpty()));
  EXPECT_THAT(found(), Each(Rule::never_flushed));
}

TEST_F(Rules, a_fence_of_another_thread_orders_nothing) {
  start();
  begin(0), store(0, 64), end(64);
  begin(1), flush(0), end(1);
  begin(2), fence(1), end(0);
  EXPECT_THAT(found(), Not(IsEmpty()));
  EXPECT_THAT(found(), Each(Rule::not_fenced));
}

TEST_F(Rules, an_ordered_flush_needs_no_fence) {
  start();
  begin(0), store(0, 64), end(64);
  begin(1), flush(0, true), end(1);
  begin(2), end(0);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Rules, a_store_past_the_cache_needs_the_fence_alone) {
  start();
  facts_.needs_flush = false;
  judge_.emplace(facts_, cases_);
  begin(0), store(0, 64, true), end(64);
  begin(2), end(0);
  EXPECT_THAT(found(), Each(Rule::not_fenced));
  EXPECT_THAT(found(), Not(IsEmpty()));
  judge_.emplace(facts_, cases_);
  begin(0), store(0, 64, true), end(64);
  drain();
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Rules, a_missing_byte_a_wrong_count_and_a_byte_beside_are_found) {
  start();
  begin(0), store(0, 63), end(64);
  begin(1), flush(0), end(1);
  drain();
  EXPECT_THAT(found(), ElementsAre(Rule::never_stored));
  start();
  begin(0), store(0, 64), end(64);
  begin(1), flush(0), end(2);
  drain();
  EXPECT_THAT(found(), ElementsAre(Rule::wrong_count));
  start();
  begin(0), store(0, 64), store(64, 65), end(64);
  begin(1), flush(0), end(1);
  drain();
  EXPECT_THAT(found(), ElementsAre(Rule::beside_the_range));
}

TEST_F(Rules, a_store_of_the_same_bytes_again_changes_no_image) {
  start();
  begin(0), store(0, 64), flush(0), fence(), store(56, 64), end(64);
  begin(1), end(0);
  drain();
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Rules, the_page_cache_wants_a_sync_and_msync_is_no_flush) {
  start(AuditDomain::page_cache);
  TraceEvent sync = make(TraceEvent::Kind::system_call);
  sync.number = SYS_msync;
  sync.arguments = {facts_.address + kAt, 4096, 4};
  begin(0), store(0, 64), end(64);
  begin(1), judge_->on_event(sync), end(1);
  drain();
  EXPECT_THAT(found(), IsEmpty());
  start(AuditDomain::memory_controller);
  begin(0), store(0, 64), end(64);
  begin(1), judge_->on_event(sync), end(0);
  drain();
  EXPECT_THAT(found(), testing::Contains(Rule::wrong_flush));
  EXPECT_THAT(found(), testing::Contains(Rule::system_call));
}

TEST_F(Rules, work_for_nothing_is_named) {
  start();
  begin(0), store(0, 64), end(64);
  begin(1), flush(0), flush(0), flush(64), end(3);
  begin(2), fence(), fence(), end(0);
  EXPECT_THAT(found(), IsEmpty());
  std::vector<Cost> costs;
  for (const CostNote& note : judge_->costs()) costs.push_back(note.cost);
  EXPECT_THAT(costs, ElementsAre(Cost::redundant_flush, Cost::clean_flush, Cost::redundant_fence));
}

TEST_F(Rules, a_line_that_was_read_before_it_is_replaced_whole_is_a_cost) {
  start();
  begin(0), store(0, 8);
  for (std::uint64_t at = 0; at < 64; at += 16) store(at, at + 16, true);
  end(64);
  ASSERT_EQ(judge_->costs().size(), 1U);
  EXPECT_EQ(judge_->costs()[0].cost, Cost::read_for_ownership);
}

TEST_F(Rules, a_thread_of_the_backend_that_stores_behind_the_claim_is_late) {
  start();
  begin(0), store(0, 64), end(64);
  begin(1), flush(0), end(1);
  drain();
  store(8, 9, false, 2);
  EXPECT_THAT(found(), ElementsAre(Rule::late_store));
}

}  // namespace
}  // namespace pmembench
