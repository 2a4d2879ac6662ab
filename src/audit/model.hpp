// AuditModel: the events of a trace put into the crash device's memory (dax/crash_memory.hpp), by
// the rule of a persistence domain. Says what is pending and what an instruction cost for nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/audit_case.hpp"
#include "audit/trace_event.hpp"
#include "dax/crash_memory.hpp"

namespace pmembench {

// What makes a store safe.
enum class AuditDomain : std::uint8_t {
  memory_controller,  // store, flush, fence
  cpu_cache,          // store, fence
  page_cache,         // store, then msync, fsync or fdatasync over it
  other_host,         // as memory_controller, even if the platform's caches survive: seen elsewhere
  none                // nothing: no claim can be made
};
[[nodiscard]] std::string_view audit_domain_name(AuditDomain domain);

// Work that made nothing durable. Not an error.
enum class Cost : std::uint8_t {
  redundant_flush,    // the line was flushed already, and not stored to since
  clean_flush,        // the line holds nothing that is not durable
  redundant_fence,    // nothing was in flight
  needless_flush,     // this domain needs no flush
  read_for_ownership  // a line that a non-temporal store then replaced whole was in the cache
};
[[nodiscard]] std::string_view cost_name(Cost cost);

// One store instruction of a case.
struct StoreNote {
  std::uint64_t ip = 0;
  unsigned thread = 0;
  bool past_cache = false;
  std::uint64_t order = 0;     // of its event in the case
  std::uint64_t flush_ip = 0;  // that brought it into flight; 0: none
};

struct CostNote {
  Cost cost{};
  std::uint64_t ip = 0;
  std::optional<std::uint64_t> line_offset_bytes;  // none: of no line, as a fence
};

class AuditModel {
 public:
  // `image`: what the medium holds at first; whole lines.
  AuditModel(AuditDomain domain, std::span<const std::byte> image);

  // Events outside of the image are left out. Costs go to `cost`.
  void apply(const TraceEvent& event, const std::function<void(const CostNote&)>& cost);

  // Adds whole lines, durable, behind the last one.
  void grow(std::span<const std::byte> more);
  // The kernel wrote the range back.
  void settle(const ByteRange& range) { memory_.settle(range.offset_bytes, range.size_bytes); }
  // It was asked to, and does not.
  void note_sync(const ByteRange& range);

  [[nodiscard]] std::uint64_t size_bytes() const { return visible_.size(); }
  [[nodiscard]] std::span<const std::byte> visible() const { return visible_; }
  [[nodiscard]] const StoreNote& store_of(std::uint32_t tag) const { return stores_[tag]; }
  // Stores to words of the range that are not durable.
  void for_each_pending(const ByteRange& range,
                        const std::function<void(const CrashMemory::Pending&)>& look) const {
    memory_.for_each_pending(range.offset_bytes, range.size_bytes, look);
  }
  // When (event order) and by which instruction the line was last flushed; order 0: never.
  struct LineNote {
    std::uint64_t flushed_order = 0;
    std::uint64_t flush_ip = 0;
    std::uint64_t first_store_order = 0;
    std::uint64_t synced_order = 0;   // by msync and its kind
    std::uint64_t touched_order = 0;  // by a load or cached store, in this operation
    std::uint64_t touched_ip = 0;
    std::uint64_t past_cache_bytes = 0;  // stored in this operation
  };
  [[nodiscard]] const LineNote& line_note(std::uint64_t offset_bytes) const {
    return lines_[offset_bytes / DAX_LINE_BYTES];
  }
  [[nodiscard]] const CrashMemory& memory() const { return memory_; }

 private:
  void store(const TraceEvent& event, const std::function<void(const CostNote&)>& cost);
  void flush(const TraceEvent& event, const std::function<void(const CostNote&)>& cost);
  void fence(const TraceEvent& event, const std::function<void(const CostNote&)>& cost);
  void system_call(const TraceEvent& event);
  void touch(const TraceEvent& event);
  void begin_operation();

  AuditDomain domain_;
  std::vector<std::byte> visible_;
  CrashMemory memory_;
  std::vector<StoreNote> stores_;
  std::vector<LineNote> lines_;
  std::vector<std::uint64_t> touched_lines_;
  std::uint64_t order_ = 0;
  bool weak_in_flight_ =
      false;                   // a flush or non-temporal store since the last fence, of any thread
  std::uint64_t address_ = 0;  // of the medium, for msync

 public:
  void set_address(std::uint64_t address) { address_ = address; }
};

}  // namespace pmembench
