#include "audit/audit_case.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "base/random.hpp"

namespace pmembench {
namespace {

std::string_view order_name(const AuditCase& audit_case) {
  if (audit_case.iter.count < 2) return "";
  if (audit_case.table_seed != 0) return ", order of a table";
  return audit_case.iter.multiplier == 1 ? ", in order" : ", random order";
}

}  // namespace

std::string_view call_name(AuditCall call) {
  switch (call) {
    case AuditCall::copy:
      return "copy_from_iter";
    case AuditCall::flush:
      return "flush";
    case AuditCall::flush_stored:
      return "flush(stored)";
    case AuditCall::drain:
      return "drain";
    case AuditCall::persist:
      return "persist_from_iter";
    case AuditCall::persist_skip:
      return "persist_from_iter(skip flush)";
    case AuditCall::zero:
      return "zero_page_range";
    case AuditCall::recovery:
      return "recovery_write";
    case AuditCall::read:
      return "copy_to_iter";
    case AuditCall::store:
      return "store";
    case AuditCall::publish:
      break;
  }
  return "publish";
}

std::vector<std::uint32_t> table_of(const AuditCase& audit_case) {
  if (audit_case.table_seed == 0) return {};
  std::vector<std::uint32_t> table(audit_case.iter.slots);
  std::iota(table.begin(), table.end(), 0U);
  Random random(audit_case.table_seed);
  for (std::size_t left = table.size(); left > 1; --left) {
    std::swap(table[left - 1], table[random.below(left)]);
  }
  return table;
}

std::vector<ByteRange> ranges_of(const AuditCase& audit_case) {
  dax_iter iter = audit_case.iter;
  if (has_call(audit_case, AuditCall::zero)) return {{iter.offset_bytes, iter.size_bytes}};
  const std::vector<std::uint32_t> table = table_of(audit_case);
  iter.table = table.empty() ? nullptr : table.data();
  std::vector<ByteRange> ranges;
  for (std::uint64_t i = 0; i < iter.count; ++i) {
    ranges.push_back({dax_iter_next(&iter), iter.size_bytes});
  }
  return ranges;
}

std::byte content_byte(const AuditCase& audit_case, std::uint64_t index) {
  if (has_call(audit_case, AuditCall::zero)) return std::byte{0};
  const std::uint64_t mixed = mix_seed(audit_case.content_seed + index / 8) >> (index % 8 * 8);
  return static_cast<std::byte>((mixed & 0x7F) | 1U);
}

bool has_call(const AuditCase& audit_case, AuditCall call) {
  const auto end = audit_case.calls.begin() + audit_case.call_count;
  return std::find(audit_case.calls.begin(), end, call) != end;
}

std::string describe_case(const AuditCase& audit_case) {
  std::string calls;
  for (std::uint32_t i = 0; i < audit_case.call_count; ++i) {
    if (i > 0) calls += ", ";
    calls += call_name(audit_case.calls[i]);
  }
  const dax_iter& iter = audit_case.iter;
  return fmt::format("{} of {} x {} B at +{}{}{}", calls, iter.count, iter.size_bytes,
                     iter.offset_bytes, order_name(audit_case),
                     audit_case.thread == 0 ? "" : ", second thread");
}

std::uint64_t case_weight(const AuditCase& audit_case) {
  return audit_case.iter.count * audit_case.iter.size_bytes * 16 + audit_case.call_count;
}

}  // namespace pmembench
