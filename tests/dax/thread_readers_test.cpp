#include "dax/thread_readers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <thread>

#include "tests/fakes/fake_backend.hpp"

namespace pmembench {
namespace {

using fakes::FakeBackend;

class Readers : public testing::Test {
 protected:
  Readers() {
    for (FakeBackend& fake : fakes_) devices_.push_back(fake.device());
  }
  std::array<FakeBackend, 2> fakes_{FakeBackend(DAX_PAGE_BYTES), FakeBackend(DAX_PAGE_BYTES)};
  std::vector<std::unique_ptr<DaxDevice>> devices_;
};

TEST_F(Readers, give_a_thread_the_same_place_every_time) {
  ThreadReaders readers(devices_);
  ThreadReaders::Place& place = readers.mine();
  EXPECT_EQ(place.readers.size(), 2U);
  EXPECT_EQ(&readers.mine(), &place);
}

TEST_F(Readers, give_threads_that_live_together_places_of_their_own) {
  constexpr int kThreads = 8;
  ThreadReaders readers(devices_, 3);  // as many places as threads: some must search for theirs
  std::array<ThreadReaders::Place*, kThreads> places{};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      places[t] = &readers.mine();
      done.fetch_add(1);
      while (done.load() < kThreads) std::this_thread::yield();  // none ends before all have one
      EXPECT_EQ(&readers.mine(), places[t]);
      const ReadSection section(places[t]->readers[1]);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::set<ThreadReaders::Place*>(places.begin(), places.end()).size(), 8U);
}

// Threads that come one after the other share thread pointers, so places do not run out: there are
// more threads here than a device can have readers.
TEST_F(Readers, serve_more_threads_than_there_are_readers_when_they_come_in_turn) {
  ThreadReaders readers(devices_);
  for (int i = 0; i < 1500; ++i) {
    std::thread([&] { EXPECT_EQ(readers.mine().readers.size(), 2U); }).join();
  }
}

TEST_F(Readers, give_their_readers_back_when_they_go) {
  for (int i = 0; i < 1500; ++i) {
    ThreadReaders readers(devices_);
    readers.mine();
  }
}

}  // namespace
}  // namespace pmembench
