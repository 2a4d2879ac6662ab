// Allocator: which of N numbers are in use; for blocks and for inodes. In groups with a lock each,
// so that threads that stay in their own group never meet.
//
// It lives in memory only: mount fills it from what the inodes cover.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "fs/layout.hpp"

namespace pmembench::fs {

// Neighbouring blocks; count 0: none.
struct Run {
  std::uint32_t start = 0;
  std::uint32_t count = 0;
  [[nodiscard]] std::uint32_t end() const { return start + count; }
  bool operator==(const Run&) const = default;
};

class Allocator {
 public:
  static constexpr std::uint32_t kNoGoal = UINT32_MAX;

  Allocator(std::uint32_t blocks, std::uint32_t groups);
  // Up to `want` neighbouring blocks, at `goal` if that is free, else of group `shard` or, where
  // that is full, of any other; `huge`: where a whole large page is free, if there is one. Fewer
  // than asked: the rest is elsewhere, ask again. None: full. Any thread.
  Run allocate(std::uint32_t want, std::uint32_t goal, std::uint32_t shard, bool huge = false);
  void free(Run run);
  // Sets the blocks as used; false if one is used already or there is no such block. For mount.
  [[nodiscard]] bool take(Run run);
  [[nodiscard]] std::uint64_t free_blocks() const;

 private:
  struct alignas(128) Group {  // two lines: prefetchers move them as a pair
    mutable std::mutex mutex;
    std::uint32_t first = 0, end = 0;  // multiples of 64, except the last end
    std::uint32_t free = 0;
    std::uint32_t hint = 0;  // none before it is free
  };
  // One bit for each block of a large page, 1: used; in a separate cache line.
  struct alignas(64) Page {
    std::array<std::uint64_t, kHugeBlocks / 64> words{};
  };
  bool used(std::uint32_t block) { return (word(block) >> (block % 64) & 1) != 0; }
  std::uint64_t& word(std::uint32_t block) {
    return pages_[block / kHugeBlocks].words[block / 64 % (kHugeBlocks / 64)];
  }
  Group& group_of(std::uint32_t block) { return groups_[block / group_blocks_]; }
  Run claim(Group& group, std::uint32_t start, std::uint32_t want);
  std::uint32_t find_huge(const Group& group);
  std::uint32_t find_free(const Group& group);

  std::uint32_t blocks_;
  std::uint32_t group_blocks_;
  std::vector<Page> pages_;  // each of one group
  std::deque<Group> groups_;
};

}  // namespace pmembench::fs
