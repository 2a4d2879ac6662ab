#include "dax/bad_blocks.hpp"

#include <algorithm>
#include <iterator>

namespace pmembench {
namespace {

constexpr std::uint64_t kLastUnitStart = UINT64_MAX / BadBlocks::kUnitBytes * BadBlocks::kUnitBytes;

std::uint64_t end_of(const BadRange& range) { return range.offset_bytes + range.length_bytes; }

std::uint64_t saturating_end(std::uint64_t offset_bytes, std::uint64_t length_bytes) {
  return length_bytes > UINT64_MAX - offset_bytes ? UINT64_MAX : offset_bytes + length_bytes;
}

std::uint64_t round_down(std::uint64_t bytes) {
  return bytes / BadBlocks::kUnitBytes * BadBlocks::kUnitBytes;
}

std::uint64_t round_up(std::uint64_t bytes) {
  return bytes > kLastUnitStart ? kLastUnitStart : round_down(bytes + BadBlocks::kUnitBytes - 1);
}

// The first range that ends behind `offset_bytes`.
template <typename Ranges>
auto first_ending_behind(Ranges& ranges, std::uint64_t offset_bytes) {
  return std::partition_point(ranges.begin(), ranges.end(), [offset_bytes](const BadRange& range) {
    return end_of(range) <= offset_bytes;
  });
}

}  // namespace

void BadBlocks::add(std::uint64_t offset_bytes, std::uint64_t length_bytes) {
  if (length_bytes == 0) return;
  std::uint64_t begin = round_down(offset_bytes);
  std::uint64_t end = round_up(saturating_end(offset_bytes, length_bytes));
  if (begin >= end) return;
  const std::lock_guard lock(mutex_);
  // Ranges that merely touch are merged too, so the first candidate may end exactly at `begin`.
  auto first = std::partition_point(ranges_.begin(), ranges_.end(), [begin](const BadRange& range) {
    return end_of(range) < begin;
  });
  auto last = first;
  for (; last != ranges_.end() && last->offset_bytes <= end; ++last) {
    begin = std::min(begin, last->offset_bytes);
    end = std::max(end, end_of(*last));
  }
  const auto position = ranges_.erase(first, last);
  ranges_.insert(position, BadRange{begin, end - begin});
  count_.store(ranges_.size(), std::memory_order_release);
}

void BadBlocks::clear(std::uint64_t offset_bytes, std::uint64_t length_bytes) {
  const std::uint64_t begin = round_up(offset_bytes);
  const std::uint64_t end = round_down(saturating_end(offset_bytes, length_bytes));
  if (begin >= end) return;
  const std::lock_guard lock(mutex_);
  const auto first = first_ending_behind(ranges_, begin);
  auto last = first;
  std::vector<BadRange> kept;
  for (; last != ranges_.end() && last->offset_bytes < end; ++last) {
    if (last->offset_bytes < begin) {
      kept.push_back({last->offset_bytes, begin - last->offset_bytes});
    }
    if (end_of(*last) > end) kept.push_back({end, end_of(*last) - end});
  }
  const auto position = ranges_.erase(first, last);
  ranges_.insert(position, kept.begin(), kept.end());
  count_.store(ranges_.size(), std::memory_order_release);
}

std::uint64_t BadBlocks::first_in(std::uint64_t offset_bytes, std::uint64_t length_bytes) const {
  if (empty()) return kNone;
  const std::uint64_t end = saturating_end(offset_bytes, length_bytes);
  const std::lock_guard lock(mutex_);
  const auto found = first_ending_behind(ranges_, offset_bytes);
  if (found == ranges_.end() || found->offset_bytes >= end) return kNone;
  return std::max(found->offset_bytes, offset_bytes);
}

std::vector<BadRange> BadBlocks::list() const {
  const std::lock_guard lock(mutex_);
  return ranges_;
}

}  // namespace pmembench
