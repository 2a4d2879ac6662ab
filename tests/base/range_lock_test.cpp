// The range locks of one file: exclusion is shown by counts that no other lock protects.
#include "base/range_lock.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

template <typename Work>
void on_threads(Work work) {
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) threads.emplace_back([work, i] { work(i); });
  for (std::thread& thread : threads) thread.join();
}

TEST(RangeLock, keeps_ranges_apart_only_where_they_meet) {
  RangeLock lock;
  constexpr std::uint64_t kSegment = RangeLock::kSegmentBytes;
  // Writers of two neighbouring segments hold them at once: this would wait for ever otherwise.
  const RangeLock::Guard first(&lock, 0, kSegment, true);
  const RangeLock::Guard second(&lock, kSegment, kSegment, true);
  const RangeLock::Guard reader(&lock, 5 * kSegment, 10, false);
  const RangeLock::Guard other_reader(&lock, 5 * kSegment + 5, 1, false);
}

TEST(RangeLock, excludes_writers_of_ranges_that_meet) {
  RangeLock lock;
  std::vector<std::uint64_t> counts(8);
  on_threads([&](std::uint64_t index) {
    Random random(index);
    for (int i = 0; i < 5'000; ++i) {
      const std::uint64_t first = random.below(8);
      const std::uint64_t length = random.below(8 - first) + 1;
      const RangeLock::Guard guard(&lock, first * RangeLock::kSegmentBytes,
                                   length * RangeLock::kSegmentBytes, true);
      for (std::uint64_t at = first; at < first + length; ++at) ++counts[at];
    }
  });
  EXPECT_GT(counts[7], 0);
}

}  // namespace
}  // namespace pmembench
