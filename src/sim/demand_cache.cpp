#include "sim/demand_cache.hpp"

#include <algorithm>
#include <bit>

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
  if (sets_ != 0) return;
  const std::uint64_t places = std::bit_ceil(2 * lines_ + 2);
  table_.assign(places, kNone);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(places));
}

std::size_t DemandCache::place_of(std::uint64_t line) const {
  const std::size_t mask = table_.size() - 1;
  std::size_t at = first_place(line);
  while (table_[at] != kNone && tags_[table_[at]] != line + 1) at = (at + 1) & mask;
  return at;
}

// Lines behind it that were put there because it was in their place move up.
void DemandCache::forget(std::uint64_t line) {
  const std::size_t mask = table_.size() - 1;
  std::size_t hole = place_of(line);
  for (std::size_t at = (hole + 1) & mask; table_[at] != kNone; at = (at + 1) & mask) {
    const std::size_t wanted = first_place(tags_[table_[at]] - 1);
    if (((at - wanted) & mask) < ((at - hole) & mask)) continue;
    table_[hole] = table_[at];
    hole = at;
  }
  table_[hole] = kNone;
}

bool DemandCache::touch(std::uint64_t line) {
  if (sets_ != 0) return touch_set(line);
  const std::uint32_t found = table_[place_of(line)];
  if (found != kNone) {
    if (policy_ == SimPolicy::lru && newest_ != found) {
      unlink(found);
      push_front(found);
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
    forget(tags_[slot] - 1);
  }
  tags_[slot] = line + 1;
  table_[place_of(line)] = slot;
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
