// btt: several sessions at once.
#include <atomic>
#include <thread>

#include "btt_fixture.hpp"

namespace pmembench {
namespace {

// Two lanes, four threads: lanes are shared, sectors collide, readers see only whole versions.
TEST_F(Btt, keeps_sectors_whole_under_many_threads) {
  fake_.record = false;
  start();
  constexpr std::uint64_t kSectors = 4;
  for (std::uint64_t sector = 0; sector < kSectors; ++sector) ASSERT_EQ(write(sector, 0), 0);
  std::atomic<int> wrong{0};
  const auto work = [&](std::uint64_t seed, bool writes) {
    const auto session = btt_->session();
    Random random(seed);
    std::vector<std::byte> buffer(kPage);
    for (int i = 0; i < 2000; ++i) {
      const std::uint64_t sector = random.below(kSectors);
      std::uint64_t label[2] = {sector, random()};
      if (writes) {
        for (std::size_t at = 0; at < kPage; at += sizeof label) {
          std::memcpy(buffer.data() + at, label, sizeof label);
        }
        if (session->write_at(sector * kPage, buffer) != 0) ++wrong;
        continue;
      }
      if (session->read_at(sector * kPage, buffer) != 0) ++wrong;
      std::memcpy(label, buffer.data(), sizeof label);
      if (buffer == sector_content(sector, 0, kPage)) continue;
      if (label[0] != sector) ++wrong;
      for (std::size_t at = 0; at < kPage; at += sizeof label) {
        if (std::memcmp(buffer.data() + at, label, sizeof label) != 0) ++wrong;
      }
    }
  };
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < 4; ++i) threads.emplace_back(work, i, i % 2 == 0);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_TRUE(btt_->check_structure());
  open();
  EXPECT_TRUE(btt_->check_structure());
}

// Sessions may come at any time.
TEST_F(Btt, lets_other_sessions_in_while_the_first_one_works) {
  fake_.record = false;
  for (int round = 0; round < 20; ++round) {
    start();
    ASSERT_EQ(write(3, 0), 0);
    std::atomic<int> begun{0};
    std::atomic<int> wrong{0};
    const auto work = [&](BlockSession& session, std::uint64_t first) {
      Random random(first);
      std::vector<std::byte> found(4 * kPage);
      for (int i = 0; i < 100; ++i) {
        ++begun;
        const std::uint64_t at = random.below(4);
        const std::vector<std::byte> data = sector_content(first, 1, (4 - at) * kPage);
        if (session.write_at(at * kPage, data) != 0) ++wrong;
        if (session.read_at(0, found) != 0) ++wrong;
      }
    };
    std::vector<std::thread> threads;
    threads.emplace_back([&] { work(*session_, 1); });
    while (begun == 0) std::this_thread::yield();
    for (std::uint64_t other = 2; other < 4; ++other) {
      threads.emplace_back([&, other] { work(*btt_->session(), other); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
    ASSERT_TRUE(btt_->check_structure());
    open();
    ASSERT_TRUE(btt_->check_structure());
  }
}

}  // namespace
}  // namespace pmembench
