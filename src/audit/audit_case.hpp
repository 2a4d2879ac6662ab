// AuditCase: one small piece of work of a backend, and what must be durable at which point of it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/dax_operations.h"

namespace pmembench {

// What the child calls, one by one.
enum class AuditCall : std::uint32_t {
  copy,          // copy_from_iter
  flush,         // flush
  flush_stored,  // flush with DAX_ITER_STORED
  drain,
  persist,       // persist_from_iter
  persist_skip,  // the same with DAX_ITER_SKIP_FLUSH
  zero,          // zero_page_range
  recovery,      // recovery_write
  read,          // copy_to_iter
  store,         // the auditor's own stores through direct_access's address
  publish        // one such store of 8 bytes, which signals to another host that the rest is there
};

// "copy_from_iter", "flush(stored)", "store".
[[nodiscard]] std::string_view call_name(AuditCall call);

// Plain data, for both processes: the parent writes it into the child.
struct AuditCase {
  static constexpr std::size_t kMaxCalls = 8;

  std::array<AuditCall, kMaxCalls> calls{};
  std::uint32_t call_count = 0;
  std::uint32_t thread = 0;      // that runs it
  dax_iter iter{};               // buffer and table are the child's
  std::uint64_t table_seed = 0;  // 0: no table
  std::uint64_t content_seed = 1;
  std::uint64_t buffer_shift = 0;  // the buffer's offset from a page
  std::uint64_t publish_offset_bytes = 0;
};

struct ByteRange {
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
  [[nodiscard]] std::uint64_t end() const { return offset_bytes + size_bytes; }
  [[nodiscard]] bool overlaps(const ByteRange& other) const {
    return offset_bytes < other.end() && other.offset_bytes < end();
  }
  bool operator==(const ByteRange&) const = default;
};

inline constexpr std::uint64_t kPublishBytes = 8;

// The ranges of the batch, in the order of its generator. For zero_page_range: one, of whole pages.
[[nodiscard]] std::vector<ByteRange> ranges_of(const AuditCase& audit_case);
// Byte `index` of what is written to each range; never kUntouchedByte, 0 for zeroed pages.
[[nodiscard]] std::byte content_byte(const AuditCase& audit_case, std::uint64_t index);
// What the medium holds before a case.
inline constexpr std::byte kUntouchedByte{0xEE};

[[nodiscard]] std::vector<std::uint32_t> table_of(const AuditCase& audit_case);
[[nodiscard]] bool has_call(const AuditCase& audit_case, AuditCall call);
// "copy, flush, drain of 3 x 100 B at +4095, random order".
[[nodiscard]] std::string describe_case(const AuditCase& audit_case);
// Smaller is easier to look at.
[[nodiscard]] std::uint64_t case_weight(const AuditCase& audit_case);

}  // namespace pmembench
