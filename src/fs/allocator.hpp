// Allocators: blocks and inode numbers, in groups with a lock each, so that threads that stay in
// their own group never meet.
//
// They live in memory only: mount fills them from what the extents cover.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

namespace pmembench::fs {

// Neighbouring blocks; count 0: none.
struct Run {
  std::uint32_t start = 0;
  std::uint32_t count = 0;
  bool operator==(const Run&) const = default;
};

class BlockAllocator {
 public:
  static constexpr std::uint32_t kNoGoal = UINT32_MAX;

  BlockAllocator(std::uint32_t blocks, std::uint32_t groups);
  // Up to `want` neighbouring blocks, at `goal` if that is free, else of group `shard` or, where
  // that is full, of any other; runs of 2 MiB or more begin where a large page does if possible.
  // Fewer than asked: the rest is elsewhere, ask again. None: full. Any thread.
  Run allocate(std::uint32_t want, std::uint32_t goal, std::uint32_t shard);
  void free(Run run);
  // Marks as used; false where one is used already or there is no such block. For mount.
  [[nodiscard]] bool take(Run run);
  [[nodiscard]] std::uint64_t free_blocks() const;
  [[nodiscard]] std::uint32_t blocks() const { return blocks_; }

 private:
  struct Group {
    mutable std::mutex mutex;
    std::uint32_t first = 0, end = 0;  // multiples of 64, but for the last end
    std::uint32_t free = 0;
    std::uint32_t cursor = 0;  // where the last search ended
  };
  [[nodiscard]] bool used(std::uint32_t block) const {
    return (words_[block / 64] >> (block % 64) & 1) != 0;
  }
  Group& group_of(std::uint32_t block);
  Run claim(Group& group, std::uint32_t start, std::uint32_t want);
  [[nodiscard]] std::uint32_t find_huge(const Group& group) const;
  [[nodiscard]] std::uint32_t find_free(const Group& group, std::uint32_t from,
                                        std::uint32_t to) const;
  Run from_group(Group& group, std::uint32_t want, bool huge);

  std::uint32_t blocks_;
  std::uint32_t group_blocks_;
  std::vector<std::uint64_t> words_;  // 1: used; a word belongs to one group
  std::deque<Group> groups_;
};

// Free inode numbers. A thread takes from and gives to its own shard; an empty one looks at others.
class InodeNumbers {
 public:
  explicit InodeNumbers(std::uint32_t shards);
  void add(std::uint32_t number, std::uint32_t shard);
  [[nodiscard]] std::uint32_t take(std::uint32_t shard);  // 0: none left

 private:
  struct alignas(64) Shard {
    std::mutex mutex;
    std::vector<std::uint32_t> numbers;
  };
  std::deque<Shard> shards_;
};

}  // namespace pmembench::fs
