#include "audit/rules.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <span>

namespace pmembench {
namespace {

// Around claimed ranges: what a wrong address touches.
constexpr std::uint64_t kNeighbourhoodBytes = 2 * DAX_LINE_BYTES;
// One wrong loop gives one violation a word; more of them say nothing new.
constexpr std::size_t kMostViolations = 64;

constexpr std::uint64_t kLine = DAX_LINE_BYTES;

std::vector<std::byte> untouched_image(std::uint64_t size_bytes) {
  return std::vector<std::byte>(size_bytes, kUntouchedByte);
}

bool writes_ranges(AuditCall call) { return call != AuditCall::read && call != AuditCall::publish; }

bool is_copying(AuditCall call) {
  return call == AuditCall::copy || call == AuditCall::zero || call == AuditCall::recovery ||
         call == AuditCall::store;
}

bool is_sync(std::uint64_t number) {
  return number == SYS_msync || number == SYS_fsync || number == SYS_fdatasync;
}

}  // namespace

std::string_view rule_name(Rule rule) {
  switch (rule) {
    case Rule::never_stored:
      return "never stored";
    case Rule::never_flushed:
      return "never flushed";
    case Rule::not_fenced:
      return "flushed but not fenced";
    case Rule::stored_after_flush:
      return "stored after its flush";
    case Rule::wrong_count:
      return "wrong count";
    case Rule::beside_the_range:
      return "outside the range";
    case Rule::wrong_flush:
      return "wrong flush for the domain";
    case Rule::system_call:
      return "system call inside";
    case Rule::library_call:
      return "lock or allocation inside";
    case Rule::late_store:
      return "late store by another thread";
    case Rule::published_early:
      return "published before it was durable";
    case Rule::unaudited:
      break;
  }
  return "cannot be followed";
}

Rule rule_of_pending(const AuditModel& model, AuditDomain domain,
                     const CrashMemory::Pending& pending) {
  if (pending.in_flight_by != 0) return Rule::not_fenced;
  const AuditModel::LineNote& line = model.line_note(pending.offset_bytes);
  const std::uint64_t stored = model.store_of(pending.tag).order;
  if (domain == AuditDomain::page_cache) {
    return line.flushed_order > stored ? Rule::wrong_flush : Rule::never_flushed;
  }
  if (line.synced_order > stored) return Rule::wrong_flush;
  const bool had_a_flush = line.flushed_order != 0 && line.first_store_order < line.flushed_order;
  return had_a_flush && line.flushed_order < stored ? Rule::stored_after_flush
                                                    : Rule::never_flushed;
}

CaseJudge::CaseJudge(const JudgeFacts& facts, const std::vector<AuditCase>& cases)
    : facts_(facts), model_(facts.domain, untouched_image(facts.window_bytes)) {
  model_.set_address(facts.address);
  running_.resize(2);
  for (const AuditCase& work : cases) {
    running_[work.thread].work = &work;
    running_[work.thread].ranges = ranges_of(work);
  }
}

CaseJudge::Running* CaseJudge::running_of(unsigned thread) {
  if (thread >= running_.size() || running_[thread].work == nullptr) return nullptr;
  return &running_[thread];
}

void CaseJudge::violate(Rule rule, std::uint64_t ip, std::optional<std::uint64_t> offset,
                        std::string detail) {
  if (violations_.size() >= kMostViolations) return;
  violations_.push_back({rule, ip, offset, std::move(detail)});
}

void CaseJudge::count(Running* running, const TraceEvent& event) {
  if (running == nullptr || !running->inside) return;
  const AuditCall call = running->work->calls[running->call];
  OperationSheet& sheet = sheets_[call];
  const bool of_backend = call != AuditCall::store && call != AuditCall::publish;
  const auto site = [&] {
    if (of_backend) sites_.push_back(event.ip);
  };
  switch (event.kind) {
    case TraceEvent::Kind::store:
      ++sheet.stores;
      sheet.stored_bytes += event.size_bytes;
      if (event.past_cache) sheet.past_cache_bytes += event.size_bytes;
      site();
      break;
    case TraceEvent::Kind::flush:
      ++sheet.flushes;
      ++running->call_flushes;
      running->call_ip = event.ip;
      site();
      break;
    case TraceEvent::Kind::fence:
      ++sheet.fences;
      if (!event.implied) site();
      break;
    case TraceEvent::Kind::system_call:
      ++sheet.system_calls;
      break;
    default:
      break;
  }
}

void CaseJudge::on_event(const TraceEvent& event) {
  Running* const running = running_of(event.thread);
  count(running, event);
  switch (event.kind) {
    case TraceEvent::Kind::begin:
      if (running != nullptr) begin(*running, event);
      break;
    case TraceEvent::Kind::end:
      if (running != nullptr) end(*running, event);
      break;
    case TraceEvent::Kind::store:
      watch_store(running, event);
      break;
    case TraceEvent::Kind::system_call:
      watch_system_call(running, event);
      break;
    case TraceEvent::Kind::library_call:
      if (running == nullptr || !running->inside || facts_.by_kernel) break;
      violate(Rule::library_call, event.ip, std::nullopt, fmt::format("it calls {}", event.name));
      break;
    case TraceEvent::Kind::unaudited:
      violate(Rule::unaudited, event.ip, std::nullopt, std::string(event.name));
      break;
    default:
      break;
  }
  model_.apply(event, [&](const CostNote& note) {
    const bool own = running != nullptr && running->inside &&
                     running->work->calls[running->call] != AuditCall::store &&
                     running->work->calls[running->call] != AuditCall::publish;
    if (own) costs_.push_back(note);
  });
}

void CaseJudge::begin(Running& running, const TraceEvent& event) {
  running.call = event.number;
  running.inside = true;
  running.call_flushes = 0;
  running.call_ip = event.ip;
  running.next_range = 0;
}

bool CaseJudge::belongs(const ByteRange& stored) const {
  for (const Running& running : running_) {
    if (running.work == nullptr || !running.inside) continue;
    const AuditCall call = running.work->calls[running.call];
    if (call == AuditCall::publish) {
      const ByteRange word{running.work->publish_offset_bytes, kPublishBytes};
      if (stored.offset_bytes >= word.offset_bytes && stored.end() <= word.end()) return true;
    }
    if (!writes_ranges(call)) continue;
    // One store may cover the end of a range and the beginning of the next.
    std::uint64_t covered = 0;
    std::vector<ByteRange> seen;
    for (const ByteRange& range : running.ranges) {
      if (!range.overlaps(stored) || std::find(seen.begin(), seen.end(), range) != seen.end()) {
        continue;
      }
      seen.push_back(range);
      covered +=
          std::min(range.end(), stored.end()) - std::max(range.offset_bytes, stored.offset_bytes);
    }
    if (covered >= stored.size_bytes) return true;
  }
  return false;
}

bool CaseJudge::in_a_case(const ByteRange& stored) const {
  return std::any_of(running_.begin(), running_.end(), [&](const Running& each) {
    return std::any_of(each.ranges.begin(), each.ranges.end(),
                       [&](const ByteRange& range) { return range.overlaps(stored); });
  });
}

void CaseJudge::watch_persist(Running& running, const ByteRange& stored) {
  const std::vector<ByteRange>& ranges = running.ranges;
  while (running.next_range < ranges.size()) {
    const std::size_t current = running.next_range;
    if (ranges[current].overlaps(stored)) return;
    const std::size_t next = current + 1;
    if (next >= ranges.size() || !ranges[next].overlaps(stored)) return;
    claim(running, {ranges[current]}, Rule::not_fenced);
    running.next_range = next;
  }
}

void CaseJudge::watch_store(Running* running, const TraceEvent& event) {
  const ByteRange stored{event.address, event.size_bytes};
  const bool helper = event.thread >= running_.size();
  const bool late = std::any_of(claimed_.begin(), claimed_.end(),
                                [&](const ByteRange& range) { return range.overlaps(stored); });
  if (helper && late) {
    violate(Rule::late_store, event.ip, event.address,
            "a thread of the backend stores to it after the operation that made it durable");
    return;
  }
  if (!belongs(stored)) {
    if (!helper) {
      violate(
          Rule::beside_the_range, event.ip, event.address,
          fmt::format("{} bytes are stored that no range of the operation has", event.size_bytes));
    } else if (!in_a_case(stored)) {  // else between two operations: the next claim judges it
      violate(Rule::late_store, event.ip, event.address,
              "a thread of the backend stores to what no operation under way may write");
    }
    return;
  }
  if (running == nullptr || !running->inside) return;
  const AuditCall call = running->work->calls[running->call];
  const bool in_order = call == AuditCall::persist || (call == AuditCall::persist_skip &&
                                                       facts_.domain == AuditDomain::cpu_cache);
  if (in_order) watch_persist(*running, stored);
  if (call != AuditCall::publish || running->published) return;
  running->published = true;
  if (running->copied) claim(*running, running->ranges, Rule::published_early);
}

void CaseJudge::watch_system_call(const Running* running, const TraceEvent& event) {
  if (running == nullptr || !running->inside || facts_.by_kernel) return;
  if (facts_.domain == AuditDomain::page_cache && is_sync(event.number)) return;
  violate(Rule::system_call, event.ip, std::nullopt, fmt::format("system call {}", event.number));
}

void CaseJudge::check_count(const Running& running, const TraceEvent& event) {
  if (facts_.by_kernel || facts_.domain == AuditDomain::page_cache) return;
  const auto written_back = static_cast<std::int64_t>(running.call_flushes);
  if (event.result == written_back) return;
  violate(Rule::wrong_count, running.call_ip, std::nullopt,
          fmt::format("flush returned {} and wrote {} lines back", event.result, written_back));
}

void CaseJudge::end(Running& running, const TraceEvent& event) {
  const AuditCase& work = *running.work;
  const AuditCall call = work.calls[running.call];
  running.inside = false;
  OperationSheet& sheet = sheets_[call];
  ++sheet.operations;
  const std::uint64_t bytes = work.iter.count * work.iter.size_bytes;
  if (call != AuditCall::drain) sheet.bytes += bytes;
  const bool counts_bytes =
      call == AuditCall::copy || call == AuditCall::persist || call == AuditCall::persist_skip;
  if (counts_bytes && event.result != static_cast<std::int64_t>(bytes)) {
    violate(Rule::never_stored, event.ip, std::nullopt,
            fmt::format("it returned {} for {} bytes", event.result, bytes));
    return;
  }
  if (is_copying(call)) {
    running.copied = event.result >= 0 && !(call == AuditCall::recovery && event.result == 0);
  }
  if (call == AuditCall::flush || call == AuditCall::flush_stored) {
    running.flushed = true;
    check_count(running, event);
  }
  const bool cached_is_safe = facts_.domain == AuditDomain::cpu_cache;
  const bool persisted =
      call == AuditCall::persist || (call == AuditCall::persist_skip && cached_is_safe);
  if (call != AuditCall::drain && !persisted) return;
  const std::vector<ByteRange> ranges = claimed_ranges(running);
  claim(running, ranges, Rule::not_fenced);
  claimed_.insert(claimed_.end(), ranges.begin(), ranges.end());
}

std::vector<ByteRange> CaseJudge::claimed_ranges(const Running& running) const {
  const AuditCase& work = *running.work;
  const AuditCall call = work.calls[running.call];
  if (call == AuditCall::persist || call == AuditCall::persist_skip) return running.ranges;
  const bool stored_by_auditor = has_call(work, AuditCall::store);
  const bool flush_needed =
      (facts_.needs_flush || stored_by_auditor) && facts_.domain != AuditDomain::cpu_cache;
  if (!running.copied || (flush_needed && !running.flushed)) return {};
  std::vector<ByteRange> ranges = running.ranges;
  if (running.published) ranges.push_back({work.publish_offset_bytes, kPublishBytes});
  return ranges;
}

void CaseJudge::claim_range(const Running& running, const ByteRange& range, Rule as) {
  if (range.end() > model_.size_bytes()) return;
  model_.for_each_pending(range, [&](const CrashMemory::Pending& pending) {
    if (!pending.changes) return;  // stored twice, the same: the first of them is durable
    const StoreNote& store = model_.store_of(pending.tag);
    const Rule found =
        as == Rule::published_early ? as : rule_of_pending(model_, facts_.domain, pending);
    violate(found, store.ip, pending.offset_bytes,
            store.flush_ip == 0 ? "" : fmt::format("flushed at {:#x}", store.flush_ip));
  });
  const bool is_publish = range.offset_bytes == running.work->publish_offset_bytes &&
                          range.size_bytes == kPublishBytes && running.published;
  if (is_publish) return;
  for (std::uint64_t i = 0; i < range.size_bytes; ++i) {
    const std::byte found = model_.visible()[range.offset_bytes + i];
    if (found == content_byte(*running.work, i)) continue;
    violate(Rule::never_stored, running.call_ip, range.offset_bytes + i,
            found == kUntouchedByte ? "the byte still holds what it held before"
                                    : "the byte holds something else");
    return;
  }
}

void CaseJudge::claim(const Running& running, const std::vector<ByteRange>& ranges, Rule as) {
  if (facts_.domain == AuditDomain::none) return;
  for (const ByteRange& range : ranges) claim_range(running, range, as);
  if (!keeps_images_ || ranges.empty()) return;
  std::uint64_t begin = UINT64_MAX, end = 0;
  for (const ByteRange& range : running.ranges) {
    begin = std::min(begin, range.offset_bytes);
    end = std::max(end, range.end());
  }
  begin = (begin - std::min(begin, kNeighbourhoodBytes)) / kLine * kLine;
  end = std::min(end + kNeighbourhoodBytes, model_.size_bytes());
  images_.push_back(model_.memory().possible_lines(begin, end - begin));
  if (!running.published) return;
  const std::uint64_t word = running.work->publish_offset_bytes / kLine * kLine;
  images_.push_back(model_.memory().possible_lines(word, kLine));
}

void CaseJudge::finish() {
  std::sort(sites_.begin(), sites_.end());
  sites_.erase(std::unique(sites_.begin(), sites_.end()), sites_.end());
}

}  // namespace pmembench
