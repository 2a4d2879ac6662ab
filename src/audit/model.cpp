#include "audit/model.hpp"

#include <sys/syscall.h>

#include <algorithm>

namespace pmembench {
namespace {

constexpr std::uint64_t kModelLine = DAX_LINE_BYTES;

}  // namespace

std::string_view audit_domain_name(AuditDomain domain) {
  switch (domain) {
    case AuditDomain::memory_controller:
      return "memory_controller";
    case AuditDomain::cpu_cache:
      return "cpu_cache";
    case AuditDomain::page_cache:
      return "page_cache";
    case AuditDomain::other_host:
      return "other_host";
    case AuditDomain::none:
      break;
  }
  return "none";
}

std::string_view cost_name(Cost cost) {
  switch (cost) {
    case Cost::redundant_flush:
      return "redundant flush";
    case Cost::clean_flush:
      return "flush of a clean line";
    case Cost::redundant_fence:
      return "redundant fence";
    case Cost::needless_flush:
      return "flush that the domain does not need";
    case Cost::read_for_ownership:
      break;
  }
  return "read for ownership before a full-line non-temporal store";
}

AuditModel::AuditModel(AuditDomain domain, std::span<const std::byte> image)
    : domain_(domain),
      visible_(image.begin(), image.end()),
      memory_(image, true),
      lines_(image.size() / kModelLine) {}

void AuditModel::apply(const TraceEvent& event, const std::function<void(const CostNote&)>& cost) {
  ++order_;
  const bool placed = event.address + std::max<std::uint64_t>(1, event.size_bytes) <= size_bytes();
  switch (event.kind) {
    case TraceEvent::Kind::begin:
      begin_operation();
      break;
    case TraceEvent::Kind::store:
      if (placed) store(event, cost);
      break;
    case TraceEvent::Kind::load:
      if (placed) touch(event);
      break;
    case TraceEvent::Kind::flush:
      if (placed) flush(event, cost);
      break;
    case TraceEvent::Kind::fence:
      fence(event, cost);
      break;
    case TraceEvent::Kind::system_call:
      system_call(event);
      break;
    default:
      break;
  }
}

void AuditModel::grow(std::span<const std::byte> more) {
  visible_.insert(visible_.end(), more.begin(), more.end());
  memory_.grow(more);
  lines_.resize(visible_.size() / kModelLine);
}

void AuditModel::note_sync(const ByteRange& range) {
  const std::uint64_t last = (range.end() - 1) / kModelLine;
  for (std::uint64_t line = range.offset_bytes / kModelLine; line <= last; ++line) {
    lines_[line].synced_order = order_;
  }
}

void AuditModel::begin_operation() {
  for (const std::uint64_t line : touched_lines_) {
    lines_[line].touched_order = 0;
    lines_[line].past_cache_bytes = 0;
  }
  touched_lines_.clear();
}

void AuditModel::touch(const TraceEvent& event) {
  const std::uint64_t last = (event.address + event.size_bytes - 1) / kModelLine;
  for (std::uint64_t line = event.address / kModelLine; line <= last; ++line) {
    lines_[line].touched_order = order_;
    lines_[line].touched_ip = event.ip;
    touched_lines_.push_back(line);
  }
}

void AuditModel::store(const TraceEvent& event, const std::function<void(const CostNote&)>& cost) {
  const auto tag = static_cast<std::uint32_t>(stores_.size());
  stores_.push_back({event.ip, event.thread, event.past_cache, order_, 0});
  std::copy(event.bytes.begin(), event.bytes.end(),
            visible_.begin() + static_cast<std::ptrdiff_t>(event.address));
  const bool needs_fence_only = event.past_cache || domain_ == AuditDomain::cpu_cache;
  const bool in_flight = needs_fence_only && domain_ != AuditDomain::page_cache;
  // Threads beyond the model's 32 share the last bit: none of them ever claims anything.
  const unsigned thread = std::min(event.thread, 31U);
  memory_.store_by(thread, event.address, event.bytes, in_flight, tag);
  if (in_flight) weak_in_flight_ = true;
  const std::uint64_t last = (event.address + event.size_bytes - 1) / kModelLine;
  for (std::uint64_t line = event.address / kModelLine; line <= last; ++line) {
    LineNote& note = lines_[line];
    if (note.first_store_order == 0) note.first_store_order = order_;
    if (!event.past_cache) continue;
    note.past_cache_bytes += event.size_bytes;
    touched_lines_.push_back(line);
    if (note.past_cache_bytes >= kModelLine && note.touched_order != 0) {
      cost({Cost::read_for_ownership, note.touched_ip, line * kModelLine});
    }
  }
  if (!event.past_cache) touch(event);
}

void AuditModel::flush(const TraceEvent& event, const std::function<void(const CostNote&)>& cost) {
  const std::uint64_t line = event.address / kModelLine;
  const std::uint64_t offset = line * kModelLine;
  if (domain_ == AuditDomain::cpu_cache || domain_ == AuditDomain::page_cache) {
    cost({Cost::needless_flush, event.ip, offset});
  } else if (!memory_.has_pending(line)) {
    cost({Cost::clean_flush, event.ip, offset});
  }
  LineNote& note = lines_[line];
  note.flushed_order = order_;
  note.flush_ip = event.ip;
  if (domain_ == AuditDomain::page_cache) return;
  const bool pending = memory_.has_pending(line);
  const unsigned thread = std::min(event.thread, 31U);
  memory_.for_each_pending(offset, kModelLine, [&](const CrashMemory::Pending& found) {
    if (found.in_flight_by == 0 && found.tag < stores_.size()) {
      stores_[found.tag].flush_ip = event.ip;
    }
  });
  const std::size_t reached = memory_.flush_by(thread, offset);
  if (pending && reached == 0 && domain_ != AuditDomain::cpu_cache) {
    cost({Cost::redundant_flush, event.ip, offset});
  }
  weak_in_flight_ = true;
  if (event.ordered) memory_.fence_line_by(thread, offset);
}

void AuditModel::fence(const TraceEvent& event, const std::function<void(const CostNote&)>& cost) {
  if (domain_ == AuditDomain::page_cache) return;
  const std::size_t settled = memory_.fence_by(std::min(event.thread, 31U));
  if (settled == 0 && !event.implied && !weak_in_flight_) {
    cost({Cost::redundant_fence, event.ip, std::nullopt});
  }
  weak_in_flight_ = false;
}

// What the kernel writes, and what it makes durable.
void AuditModel::system_call(const TraceEvent& event) {
  if (event.result < 0) return;
  if (event.number == SYS_pwrite64 && !event.bytes.empty()) {
    TraceEvent written = event;
    written.address = event.arguments[3];
    written.size_bytes = event.bytes.size();
    if (written.address + written.size_bytes > size_bytes()) return;
    store(written, [](const CostNote&) {});
    return;
  }
  ByteRange synced{0, size_bytes()};
  if (event.number == SYS_msync) {
    const std::uint64_t begin = std::max(event.arguments[0], address_);
    const std::uint64_t end =
        std::min(event.arguments[0] + event.arguments[1], address_ + size_bytes());
    if (begin >= end) return;
    synced = {begin - address_, end - begin};
  } else if (event.number != SYS_fsync && event.number != SYS_fdatasync) {
    return;
  }
  if (domain_ == AuditDomain::page_cache) {
    memory_.settle(synced.offset_bytes, synced.size_bytes);
    return;
  }
  note_sync(synced);
}

}  // namespace pmembench
