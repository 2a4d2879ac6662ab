#include "audit/program_judge.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>

namespace pmembench {
namespace {

constexpr std::uint64_t kFileLine = DAX_LINE_BYTES;

}  // namespace

void ProgramJudge::watch(std::size_t file, const std::string& name, bool kernel_writes_back,
                         const std::vector<std::byte>& content) {
  Watched& watched = files_[file];
  watched.name = name;
  watched.kernel_writes_back = kernel_writes_back;
  std::vector<std::byte> lines = content;
  lines.resize((lines.size() + kFileLine - 1) / kFileLine * kFileLine);
  if (watched.model == nullptr) {
    watched.model = std::make_unique<AuditModel>(domain_, lines);
  } else {
    watched.model->grow(lines);
  }
}

std::uint64_t ProgramJudge::known_bytes(std::size_t file) const {
  const auto found = files_.find(file);
  return found == files_.end() ? 0 : found->second.model->size_bytes();
}

void ProgramJudge::add(const std::string& rule, bool error, std::uint64_t ip, std::uint64_t offset,
                       const std::string& detail, const std::string& where) {
  Finding& finding = findings_[{rule, ip}];
  ++finding.times;
  if (finding.times > 1) return;
  finding.rule = rule;
  finding.error = error;
  finding.word_offset_bytes = offset;
  finding.detail = detail;
  finding.smallest_case = where;
}

void ProgramJudge::apply(std::size_t file, const TraceEvent& event) {
  if (event.kind == TraceEvent::Kind::store) {
    ++sheet_.stores;
    sheet_.stored_bytes += event.size_bytes;
    if (event.past_cache) sheet_.past_cache_bytes += event.size_bytes;
  } else if (event.kind == TraceEvent::Kind::flush) {
    ++sheet_.flushes;
  }
  const Watched& watched = files_.at(file);
  note_in_flight(watched, event);
  watched.model->apply(event, [&](const CostNote& note) {
    const std::uint64_t offset = note.line_offset_bytes.value_or(event.address);
    add(std::string(cost_name(note.cost)), false, note.ip, offset, "", watched.name);
  });
}

void ProgramJudge::note_in_flight(const Watched& watched, const TraceEvent& event) {
  const bool flushed = event.kind == TraceEvent::Kind::flush && !event.ordered &&
                       watched.model->memory().has_pending(event.address / kFileLine);
  const bool past_cache = event.kind == TraceEvent::Kind::store && event.past_cache;
  if (!flushed && !past_cache) return;
  std::vector<InFlight>& all = in_flight_[event.thread];
  if (!all.empty() && all.back().ip == event.ip) return;
  all.push_back({event.ip, event.address, watched.name});
}

void ProgramJudge::fence(const TraceEvent& event) {
  if (!event.implied) ++sheet_.fences;
  if (domain_ == AuditDomain::memory_controller || domain_ == AuditDomain::other_host) {
    for (const InFlight& each : in_flight_[event.thread]) {
      if (!event.implied) break;
      add("fenced by a locked instruction alone", false, each.ip, each.offset_bytes, "", each.name);
    }
  }
  in_flight_[event.thread].clear();
  TraceEvent begin;
  begin.kind = TraceEvent::Kind::begin;
  for (const auto& [file, watched] : files_) {
    // No single file can show whether a fence was unnecessary.
    watched.model->apply(event, [](const CostNote&) {});
    watched.model->apply(begin, [](const CostNote&) {});
  }
}

void ProgramJudge::sync(std::size_t file, ByteRange range, const TraceEvent& event) {
  ++sheet_.system_calls;
  const auto found = files_.find(file);
  if (found == files_.end()) return;
  const Watched& watched = found->second;
  const std::uint64_t end = std::min(range.end(), watched.model->size_bytes());
  if (range.offset_bytes >= end) return;
  range.size_bytes = end - range.offset_bytes;
  if (watched.kernel_writes_back) return watched.model->settle(range);
  watched.model->note_sync(range);
  claim(watched, range, event.number == SYS_msync ? "msync" : "fsync");
}

void ProgramJudge::claim_all() {
  for (const auto& [file, watched] : files_) {
    claim(watched, {0, watched.model->size_bytes()}, "its end");
  }
}

bool ProgramJudge::is_claimed(std::uint64_t offset_bytes) const {
  const ByteRange word{offset_bytes, sizeof(std::uint64_t)};
  return std::none_of(unclaimed_.begin(), unclaimed_.end(),
                      [&](const ByteRange& range) { return range.overlaps(word); });
}

void ProgramJudge::claim(const Watched& watched, ByteRange range, const char* point) {
  if (domain_ == AuditDomain::none) return;
  const AuditModel& model = *watched.model;
  model.for_each_pending(range, [&](const CrashMemory::Pending& pending) {
    if (!pending.changes || !is_claimed(pending.offset_bytes)) return;
    const StoreNote& store = model.store_of(pending.tag);
    const Rule rule = rule_of_pending(model, domain_, pending);
    add(std::string(rule_name(rule)), true, store.ip, pending.offset_bytes,
        store.flush_ip == 0 ? "" : fmt::format("flushed at {:#x}", store.flush_ip),
        fmt::format("{}, claimed at {}", watched.name, point));
  });
}

}  // namespace pmembench
