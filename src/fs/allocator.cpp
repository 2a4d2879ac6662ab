#include "fs/allocator.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"

namespace pmembench::fs {

Allocator::Allocator(std::uint32_t blocks, std::uint32_t groups)
    : blocks_(blocks), pages_((blocks + kHugeBlocks - 1) / kHugeBlocks) {
  // Groups are whole large pages, so that none is cut by a border.
  const std::uint32_t pages = (blocks / std::max(groups, 1U) + kHugeBlocks - 1) / kHugeBlocks;
  group_blocks_ = std::max(pages, 1U) * kHugeBlocks;
  for (std::uint32_t first = 0; first < blocks; first += group_blocks_) {
    Group& group = groups_.emplace_back();
    group.first = group.hint = first;
    group.end = std::min(blocks, first + group_blocks_);
    group.free = group.end - group.first;
  }
}

// The run of free blocks at `start`, which is free, or no block.
Run Allocator::claim(Group& group, std::uint32_t start, std::uint32_t want) {
  Run run{start, 0};
  while (run.count < want && run.end() < group.end && !used(run.end())) {
    word(run.end()) |= std::uint64_t{1} << (run.end() % 64);
    ++run.count;
  }
  group.free -= run.count;
  if (start == group.hint) group.hint = run.end();
  return run;
}

std::uint32_t Allocator::find_huge(const Group& group) {
  for (std::uint32_t at = group.first; at + kHugeBlocks <= group.end; at += kHugeBlocks) {
    if (pages_[at / kHugeBlocks].words == Page{}.words) return at;
  }
  return group.end;
}

std::uint32_t Allocator::find_free(const Group& group) {
  for (std::uint32_t at = group.hint; at < group.end; at = (at / 64 + 1) * 64) {
    const std::uint64_t free = ~word(at) >> (at % 64);
    if (free == 0) continue;
    return std::min(group.end, at + static_cast<std::uint32_t>(std::countr_zero(free)));
  }
  return group.end;
}

Run Allocator::allocate(std::uint32_t want, std::uint32_t goal, std::uint32_t shard, bool huge) {
  if (goal < blocks_) {
    Group& group = group_of(goal);
    const std::scoped_lock lock(group.mutex);
    if (!used(goal)) return claim(group, goal, want);
  }
  // A place for large pages in another group is better than none in this one.
  for (;; huge = false) {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Group& group = groups_[(shard + i) % groups_.size()];
      const std::scoped_lock lock(group.mutex);
      if (!huge) group.hint = find_free(group);
      const Run run = claim(group, huge ? find_huge(group) : group.hint, want);
      if (run.count > 0) return run;
    }
    if (!huge) return {};
  }
}

void Allocator::free(Run run) {
  while (run.count > 0) {
    Group& group = group_of(run.start);
    const std::scoped_lock lock(group.mutex);
    const std::uint32_t end = std::min(run.end(), group.end);
    for (std::uint32_t block = run.start; block < end; ++block) {
      PMB_CHECK(used(block), "a block is freed twice");
      word(block) &= ~(std::uint64_t{1} << (block % 64));
    }
    group.free += end - run.start;
    group.hint = std::min(group.hint, run.start);
    run = {end, run.end() - end};
  }
}

bool Allocator::take(Run run) {
  if (run.start >= blocks_ || run.count > blocks_ - run.start) return false;
  for (std::uint32_t block = run.start; block < run.end(); ++block) {
    if (used(block)) return false;
    word(block) |= std::uint64_t{1} << (block % 64);
    --group_of(block).free;
  }
  return true;
}

std::uint64_t Allocator::free_blocks() const {
  std::uint64_t sum = 0;
  for (const Group& group : groups_) {
    const std::scoped_lock lock(group.mutex);
    sum += group.free;
  }
  return sum;
}

}  // namespace pmembench::fs
