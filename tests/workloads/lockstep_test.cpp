// Threads in lockstep: nobody is a step ahead of whom it waits for, and nobody waits for one that
// left.
#include "workloads/lockstep.hpp"

#include <emmintrin.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace pmembench {
namespace {

class Meeting {
 public:
  explicit Meeting(unsigned threads) {
    for (unsigned i = 0; i < threads; ++i) {
      ends_.emplace_back(std::span<std::byte>(bytes_), i, threads);
      ends_.back().begin();
    }
  }
  Lockstep& end(unsigned thread) { return ends_[thread]; }

 private:
  alignas(128) std::array<std::byte, 8 * Lockstep::kBytesEach> bytes_{};
  std::vector<Lockstep> ends_;
};

TEST(Lockstep, lets_each_thread_read_what_the_one_before_stored_in_the_same_step) {
  constexpr unsigned kThreads = 3;
  constexpr std::uint64_t kSteps = 300;
  Meeting meeting(kThreads);
  std::array<std::uint64_t, kThreads> line{};  // plain: the lockstep orders its uses
  std::array<std::uint64_t, kThreads> wrong{};
  std::vector<std::thread> threads;
  for (unsigned me = 0; me < kThreads; ++me) {
    threads.emplace_back([&, me] {
      for (std::uint64_t step = 1; step <= kSteps; ++step) {
        line[me] = step;
        meeting.end(me).stored();
        wrong[me] += line[(me + kThreads - 1) % kThreads] != step ? 1 : 0;
        meeting.end(me).read();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::uint64_t count : wrong) EXPECT_EQ(count, 0U);
}

struct alignas(64) Page {
  std::array<long long, 512> words{};
};

// Without a fence before the word some of a page's last lines are still on their way.
TEST(Lockstep, hands_on_what_was_stored_past_the_caches) {
  constexpr std::uint64_t kSteps = 4000;
  Meeting meeting(2);
  std::array<Page, 2> page{};
  std::array<std::uint64_t, 2> wrong{};
  std::vector<std::thread> threads;
  for (unsigned me = 0; me < 2; ++me) {
    threads.emplace_back([&, me] {
      for (std::uint64_t step = 1; step <= kSteps; ++step) {
        for (long long& word : page[me].words) _mm_stream_si64(&word, static_cast<long long>(step));
        meeting.end(me).stored();
        const auto& other = page[1 - me].words;
        // Backwards: what was stored last is looked at first.
        wrong[me] += static_cast<std::uint64_t>(
            std::count_if(other.rbegin(), other.rend(),
                          [&](long long word) { return word != static_cast<long long>(step); }));
        meeting.end(me).read();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong[0] + wrong[1], 0U);
}

TEST(Lockstep, waits_for_nobody_that_left) {
  Meeting meeting(2);
  meeting.end(0).leave();
  for (int step = 0; step < 5; ++step) {
    meeting.end(1).stored();
    meeting.end(1).read();
  }
  SUCCEED();
}

}  // namespace
}  // namespace pmembench
