#include "sim/demand_cache.hpp"

#include <algorithm>

namespace pmembench {

DemandCache::DemandCache(SimPolicy policy, std::uint64_t lines)
    : policy_(policy), lines_(lines), random_(mix_seed(lines)) {
  if (policy == SimPolicy::hashed || policy == SimPolicy::modulo) {
    sets_ = std::max<std::uint64_t>(1, lines / kWays);
    lines_ = sets_ * kWays;
    stamps_.assign(lines_, 0);
  } else if (policy == SimPolicy::lru) {
    before_.assign(lines_, kNone);
    behind_.assign(lines_, kNone);
  }
  tags_.assign(lines_, 0);
}

bool DemandCache::touch(std::uint64_t line) {
  if (sets_ != 0) return touch_set(line);
  const auto found = slot_of_.find(line);
  if (found != slot_of_.end()) {
    if (policy_ == SimPolicy::lru && newest_ != found->second) {
      unlink(found->second);
      push_front(found->second);
    }
    return true;
  }
  std::uint32_t slot = used_;
  if (used_ < lines_) {
    ++used_;
  } else {
    if (policy_ == SimPolicy::lru) {
      slot = oldest_;
      unlink(slot);
    } else if (policy_ == SimPolicy::fifo) {
      slot = hand_;
      hand_ = static_cast<std::uint32_t>((hand_ + 1) % lines_);
    } else {
      slot = static_cast<std::uint32_t>(random_.below(lines_));
    }
    slot_of_.erase(tags_[slot] - 1);
  }
  tags_[slot] = line + 1;
  slot_of_.emplace(line, slot);
  if (policy_ == SimPolicy::lru) push_front(slot);
  return false;
}

bool DemandCache::touch_set(std::uint64_t line) {
  const std::uint64_t set = (policy_ == SimPolicy::hashed ? mix_seed(line) : line) % sets_;
  std::uint64_t oldest = set * kWays;
  ++time_;
  for (std::uint64_t slot = set * kWays; slot < (set + 1) * kWays; ++slot) {
    if (tags_[slot] == line + 1) {
      stamps_[slot] = time_;
      return true;
    }
    if (stamps_[slot] < stamps_[oldest]) oldest = slot;
  }
  tags_[oldest] = line + 1;
  stamps_[oldest] = time_;
  return false;
}

void DemandCache::unlink(std::uint32_t slot) {
  const std::uint32_t newer = before_[slot], older = behind_[slot];
  (newer == kNone ? newest_ : behind_[newer]) = older;
  (older == kNone ? oldest_ : before_[older]) = newer;
}

void DemandCache::push_front(std::uint32_t slot) {
  before_[slot] = kNone;
  behind_[slot] = newest_;
  (newest_ == kNone ? oldest_ : before_[newest_]) = slot;
  newest_ = slot;
}

}  // namespace pmembench
