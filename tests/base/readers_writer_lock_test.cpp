// Exclusion is shown by a count that no other lock protects.
#include "base/readers_writer_lock.hpp"

#include <gtest/gtest.h>

#include <mutex>
#include <shared_mutex>
#include <thread>
#include <vector>

#include "base/random.hpp"

namespace pmembench {
namespace {

TEST(ReadersWriterLock, lets_readers_or_one_writer_in) {
  ReadersWriterLock lock;
  std::uint64_t count = 0;
  std::atomic<int> torn{0};
  std::vector<std::thread> threads;
  for (std::uint64_t index = 0; index < 4; ++index) {
    threads.emplace_back([&, index] {
      Random random(index);
      for (int i = 0; i < 20'000; ++i) {
        if (random.below(3) == 0) {
          const std::scoped_lock guard(lock);
          ++count;
          ++count;
        } else {
          const std::shared_lock guard(lock);
          if (count % 2 != 0) ++torn;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(count % 2, 0);
}

TEST(ReadersWriterLock, is_tried_without_waiting) {
  ReadersWriterLock lock;
  EXPECT_TRUE(lock.try_lock());
  EXPECT_FALSE(lock.try_lock());
  lock.unlock();
  lock.lock_shared();
  lock.lock_shared();
  EXPECT_FALSE(lock.try_lock());
  lock.unlock_shared();
  lock.unlock_shared();
  EXPECT_TRUE(lock.try_lock());
  lock.unlock();
}

}  // namespace
}  // namespace pmembench
