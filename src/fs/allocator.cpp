#include "fs/allocator.hpp"

#include <algorithm>
#include <bit>

#include "base/check.hpp"
#include "fs/layout.hpp"

namespace pmembench::fs {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

}  // namespace

BlockAllocator::BlockAllocator(std::uint32_t blocks, std::uint32_t groups)
    : blocks_(blocks), words_((blocks + 63) / 64) {
  // Groups are whole large pages, so that none is cut by a border.
  const std::uint32_t even = (blocks + groups - 1) / std::max(groups, 1U);
  group_blocks_ = std::max((even + kHugeBlocks - 1) / kHugeBlocks * kHugeBlocks, kHugeBlocks);
  for (std::uint32_t first = 0; first < blocks; first += group_blocks_) {
    Group& group = groups_.emplace_back();
    group.first = group.cursor = first;
    group.end = std::min(blocks, first + group_blocks_);
    group.free = group.end - group.first;
  }
}

BlockAllocator::Group& BlockAllocator::group_of(std::uint32_t block) {
  return groups_[block / group_blocks_];
}

// The run of free blocks at `start`, which is free.
Run BlockAllocator::claim(Group& group, std::uint32_t start, std::uint32_t want) {
  Run run{start, 0};
  while (run.count < want && start < group.end && !used(start)) {
    words_[start / 64] |= std::uint64_t{1} << (start % 64);
    ++run.count;
    ++start;
  }
  group.free -= run.count;
  return run;
}

std::uint32_t BlockAllocator::find_huge(const Group& group) const {
  for (std::uint32_t at = group.first; at + kHugeBlocks <= group.end; at += kHugeBlocks) {
    const auto word = words_.begin() + at / 64;
    if (std::all_of(word, word + kHugeBlocks / 64, [](std::uint64_t bits) { return bits == 0; })) {
      return at;
    }
  }
  return kNone;
}

std::uint32_t BlockAllocator::find_free(const Group& group, std::uint32_t from,
                                        std::uint32_t to) const {
  for (std::uint32_t at = from; at < to;) {
    const std::uint64_t free = ~words_[at / 64] >> (at % 64);
    if (free != 0) {
      at += static_cast<std::uint32_t>(std::countr_zero(free));
      return at < std::min(to, group.end) ? at : kNone;
    }
    at = (at / 64 + 1) * 64;
  }
  return kNone;
}

Run BlockAllocator::from_group(Group& group, std::uint32_t want, bool huge) {
  if (group.free == 0) return {};
  if (huge) {
    const std::uint32_t at = find_huge(group);
    return at == kNone ? Run{} : claim(group, at, want);
  }
  std::uint32_t start = find_free(group, group.cursor, group.end);
  if (start == kNone) start = find_free(group, group.first, group.cursor);
  if (start == kNone) return {};
  const Run run = claim(group, start, want);
  group.cursor = run.start + run.count;
  return run;
}

Run BlockAllocator::allocate(std::uint32_t want, std::uint32_t goal, std::uint32_t shard) {
  if (goal < blocks_) {
    Group& group = group_of(goal);
    const std::scoped_lock lock(group.mutex);
    if (!used(goal)) return claim(group, goal, want);
  }
  // A place for large pages in another group is better than none in this one.
  for (bool huge = want >= kHugeBlocks;; huge = false) {
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      Group& group = groups_[(shard + i) % groups_.size()];
      const std::scoped_lock lock(group.mutex);
      const Run run = from_group(group, want, huge);
      if (run.count > 0) return run;
    }
    if (!huge) return {};
  }
}

void BlockAllocator::free(Run run) {
  while (run.count > 0) {
    Group& group = group_of(run.start);
    const std::scoped_lock lock(group.mutex);
    const std::uint32_t end = std::min(run.start + run.count, group.end);
    for (std::uint32_t block = run.start; block < end; ++block) {
      PMB_CHECK(used(block), "a block is freed twice");
      words_[block / 64] &= ~(std::uint64_t{1} << (block % 64));
    }
    group.free += end - run.start;
    run = {end, run.count - (end - run.start)};
  }
}

bool BlockAllocator::take(Run run) {
  if (run.start >= blocks_ || run.count > blocks_ - run.start) return false;
  for (std::uint32_t block = run.start; block < run.start + run.count; ++block) {
    if (used(block)) return false;
    words_[block / 64] |= std::uint64_t{1} << (block % 64);
    --group_of(block).free;
  }
  return true;
}

std::uint64_t BlockAllocator::free_blocks() const {
  std::uint64_t sum = 0;
  for (const Group& group : groups_) {
    const std::scoped_lock lock(group.mutex);
    sum += group.free;
  }
  return sum;
}

InodeNumbers::InodeNumbers(std::uint32_t shards) : shards_(std::max(shards, 1U)) {}

void InodeNumbers::add(std::uint32_t number, std::uint32_t shard) {
  Shard& to = shards_[shard % shards_.size()];
  const std::scoped_lock lock(to.mutex);
  to.numbers.push_back(number);
}

std::uint32_t InodeNumbers::take(std::uint32_t shard) {
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    Shard& from = shards_[(shard + i) % shards_.size()];
    const std::scoped_lock lock(from.mutex);
    if (from.numbers.empty()) continue;
    const std::uint32_t number = from.numbers.back();
    from.numbers.pop_back();
    return number;
  }
  return 0;
}

}  // namespace pmembench::fs
