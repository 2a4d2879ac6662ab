#include "fs/extent_map.hpp"

#include <algorithm>

namespace pmembench::fs {

// The first extent that ends behind `block`.
std::size_t ExtentMap::position(std::uint32_t block) const {
  const auto found =
      std::upper_bound(extents_.begin(), extents_.end(), block,
                       [](std::uint32_t at, const Extent& extent) { return at < extent.end(); });
  return static_cast<std::size_t>(found - extents_.begin());
}

const Extent* ExtentMap::find(std::uint32_t block) const {
  const std::size_t at = position(block);
  if (at == extents_.size() || extents_[at].logical > block) return nullptr;
  return &extents_[at];
}

const Extent* ExtentMap::next(std::uint32_t block) const {
  std::size_t at = position(block);
  if (at < extents_.size() && extents_[at].logical < block) ++at;
  return at == extents_.size() ? nullptr : &extents_[at];
}

std::uint32_t ExtentMap::goal(std::uint32_t block) const {
  const std::size_t at = position(block);
  if (at == 0 || extents_[at - 1].end() != block) return BlockAllocator::kNoGoal;
  return extents_[at - 1].physical + extents_[at - 1].count;
}

void ExtentMap::touch(const Extent& extent) {
  slots_[extent.slot] = {extent.logical, extent.count, extent.physical, 0};
  if (dirty_.empty() || dirty_.back() != extent.slot) dirty_.push_back(extent.slot);
}

void ExtentMap::release(std::uint32_t slot) {
  slots_[slot] = {};
  free_.push_back(slot);
  dirty_.push_back(slot);
}

void ExtentMap::insert(std::uint32_t logical, Run run) {
  const std::size_t at = position(logical);
  if (at > 0) {
    Extent& before = extents_[at - 1];
    if (before.end() == logical && before.physical + before.count == run.start) {
      before.count += run.count;
      touch(before);
      return;
    }
  }
  Extent extent{logical, run.count, run.start, 0};
  if (free_.empty()) {
    extent.slot = slots_used();
    slots_.emplace_back();
  } else {
    extent.slot = free_.back();
    free_.pop_back();
  }
  extents_.insert(extents_.begin() + static_cast<std::ptrdiff_t>(at), extent);
  touch(extent);
}

void ExtentMap::map(std::uint32_t logical, Run run, std::vector<Run>& freed) {
  cut(logical, run.count, freed);
  insert(logical, run);
}

void ExtentMap::cut(std::uint32_t logical, std::uint32_t count, std::vector<Run>& freed) {
  const std::uint32_t end = logical + count;
  for (std::size_t at = position(logical); at < extents_.size() && extents_[at].logical < end;) {
    Extent& extent = extents_[at];
    const std::uint32_t first = std::max(extent.logical, logical);
    const std::uint32_t last = std::min(extent.end(), end);
    const Extent old = extent;
    freed.push_back({old.physical + (first - old.logical), last - first});
    if (first > old.logical) {
      extent.count = first - old.logical;
      touch(extent);
      ++at;
      if (last < old.end()) {
        insert(last, {old.physical + (last - old.logical), old.end() - last});
        return;
      }
      continue;
    }
    if (last < old.end()) {
      extent = {last, old.end() - last, old.physical + (last - old.logical), old.slot};
      touch(extent);
      return;
    }
    release(old.slot);
    extents_.erase(extents_.begin() + static_cast<std::ptrdiff_t>(at));
  }
}

void ExtentMap::cut_last(std::uint32_t from, std::vector<Run>& freed) {
  const Extent last = extents_.back();
  const std::uint32_t first = std::max(last.logical, from);
  cut(first, last.end() - first, freed);
}

void ExtentMap::read_slot(const ExtentSlot& slot) {
  const std::uint32_t index = slots_used();
  slots_.push_back({slot.logical, slot.count, slot.physical, 0});
  if (slot.count == 0) {
    free_.push_back(index);
  } else {
    extents_.push_back({slot.logical, slot.count, slot.physical, index});
  }
}

bool ExtentMap::finish() {
  std::sort(extents_.begin(), extents_.end(),
            [](const Extent& a, const Extent& b) { return a.logical < b.logical; });
  for (std::size_t i = 1; i < extents_.size(); ++i) {
    if (extents_[i].logical < extents_[i - 1].end()) return false;
  }
  return std::all_of(extents_.begin(), extents_.end(), [](const Extent& extent) {
    return extent.count <= INT32_MAX && extent.logical <= INT32_MAX;
  });
}

}  // namespace pmembench::fs
