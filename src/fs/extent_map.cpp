#include "fs/extent_map.hpp"

#include <algorithm>

namespace pmembench::fs {

// The first extent that ends behind `block`.
ExtentMap::Position ExtentMap::position(std::uint32_t block) const {
  return std::upper_bound(extents_.begin(), extents_.end(), block,
                          [](std::uint32_t at, const Extent& extent) { return at < extent.end(); });
}

const Extent* ExtentMap::at_or_behind(std::uint32_t block) const {
  const Position at = position(block);
  return at == extents_.end() ? nullptr : &*at;
}

std::uint32_t ExtentMap::goal(std::uint32_t block) const {
  const Position at = position(block);
  if (at == extents_.begin() || (at - 1)->end() != block) return Allocator::kNoGoal;
  return (at - 1)->run().end();
}

void ExtentMap::change(std::uint32_t slot, const ExtentSlot& content) {
  if (changes_.empty() || changes_.back().slot != slot) changes_.emplace_back();
  changes_.back() = {slot, content};
}

void ExtentMap::insert(std::uint32_t logical, Run run) {
  auto at = extents_.begin() + (position(logical) - extents_.cbegin());
  if (at != extents_.begin() && goal(logical) == run.start) {
    --at;
    at->count += run.count;
  } else {
    std::uint32_t slot = slots_;
    if (free_.empty()) {
      ++slots_;
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    at = extents_.insert(at, {logical, run.count, run.start, slot});
  }
  change(at->slot, {at->logical, at->count, at->physical, 0});
}

void ExtentMap::map(std::uint32_t logical, Run run, std::vector<Run>& freed) {
  cut(logical, run.count, freed);
  insert(logical, run);
}

void ExtentMap::cut(std::uint32_t logical, std::uint32_t count, std::vector<Run>& freed) {
  const std::uint32_t end = logical + count;
  for (Position at = position(logical); at != extents_.end() && at->logical < end;
       at = position(logical)) {
    const Extent old = *at;
    const std::uint32_t first = std::max(old.logical, logical);
    const std::uint32_t last = std::min(old.end(), end);
    const Run run{old.physical + (first - old.logical), last - first};
    freed.push_back(run);
    extents_.erase(at);
    free_.push_back(old.slot);
    change(old.slot, {});
    if (first > old.logical) insert(old.logical, {old.physical, first - old.logical});
    if (last < old.end()) insert(last, {run.end(), old.end() - last});
  }
}

void ExtentMap::read_slot(const ExtentSlot& slot) {
  if (slot.count == 0) {
    free_.push_back(slots_);
  } else {
    extents_.push_back({slot.logical, slot.count, slot.physical, slots_});
  }
  ++slots_;
}

bool ExtentMap::finish() {
  std::sort(extents_.begin(), extents_.end(),
            [](const Extent& a, const Extent& b) { return a.logical < b.logical; });
  std::uint64_t end = 0;
  return std::all_of(extents_.begin(), extents_.end(), [&end](const Extent& extent) {
    const bool apart = extent.logical >= end;
    end = std::uint64_t{extent.logical} + extent.count;
    return apart && end <= std::uint64_t{INT32_MAX} + 1;
  });
}

}  // namespace pmembench::fs
