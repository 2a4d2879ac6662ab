#include "dax/read_guard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "dax/dax_device.hpp"

namespace pmembench {
namespace {

class Guard : public testing::TestWithParam<ReadGuard::Barrier> {
 protected:
  ReadGuard guard_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(both_barriers, Guard,
                         testing::Values(ReadGuard::Barrier::asymmetric_if_possible,
                                         ReadGuard::Barrier::symmetric),
                         [](const auto& param) {
                           return param.param == ReadGuard::Barrier::symmetric ? "symmetric"
                                                                               : "asymmetric";
                         });

TEST(ReadGuard, says_which_barrier_it_uses) {
  EXPECT_FALSE(ReadGuard(ReadGuard::Barrier::symmetric).is_asymmetric());
}

// Row 36: no way to make a section without a reader, or a reader without a guard, or to keep one
// beyond its block.
TEST(ReadGuard, gives_sections_to_readers_only) {
  static_assert(!std::is_default_constructible_v<ReadSection>);
  static_assert(!std::is_default_constructible_v<DaxReader>);
  static_assert(!std::is_copy_constructible_v<DaxReader>);
  static_assert(!std::is_copy_constructible_v<ReadSection>);
  static_assert(!std::is_move_constructible_v<ReadSection>);
  static_assert(std::is_move_constructible_v<DaxReader>);
}

TEST_P(Guard, lives_until_killed_and_then_for_ever_not) {
  EXPECT_TRUE(guard_.alive());
  guard_.kill();
  EXPECT_FALSE(guard_.alive());
  guard_.kill();
  EXPECT_FALSE(guard_.alive());
}

// Row 25: the killer waits. It is seen waiting because its flag stays down until the section ends.
TEST_P(Guard, waits_for_a_section_that_saw_it_alive) {
  DaxReader reader = guard_.make_reader();
  std::atomic<bool> killed{false};
  std::thread killer;
  {
    const ReadSection section(reader);
    ASSERT_TRUE(guard_.alive());
    killer = std::thread([&] {
      guard_.kill();
      killed.store(true);
    });
    while (guard_.alive()) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) {
      std::this_thread::yield();
      ASSERT_FALSE(killed.load());
    }
  }
  killer.join();
  EXPECT_TRUE(killed.load());
}

TEST_P(Guard, waits_for_the_outermost_of_nested_sections) {
  DaxReader reader = guard_.make_reader();
  std::atomic<bool> killed{false};
  std::thread killer;
  {
    const ReadSection outer(reader);
    {
      const ReadSection inner(reader);
      killer = std::thread([&] {
        guard_.kill();
        killed.store(true);
      });
      while (guard_.alive()) std::this_thread::yield();
    }
    for (int i = 0; i < 1000; ++i) {
      std::this_thread::yield();
      ASSERT_FALSE(killed.load());
    }
  }
  killer.join();
}

TEST_P(Guard, does_not_wait_for_a_section_that_opened_after_death) {
  DaxReader reader = guard_.make_reader();
  guard_.kill();
  const ReadSection section(reader);
  std::thread([this] { guard_.kill(); }).join();  // would hang
  EXPECT_FALSE(guard_.alive());
}

TEST_P(Guard, gives_readers_also_when_dead) {
  guard_.kill();
  DaxReader reader = guard_.make_reader();
  const ReadSection section(reader);
  EXPECT_FALSE(guard_.alive());
}

TEST_P(Guard, keeps_a_section_open_when_its_reader_was_moved_before) {
  DaxReader first = guard_.make_reader();
  DaxReader second = std::move(first);
  DaxReader third = guard_.make_reader();
  third = std::move(second);
  const ReadSection section(third);
  EXPECT_TRUE(guard_.alive());
}

TEST_P(Guard, takes_1024_readers_and_takes_them_again_when_they_went) {
  for (int round = 0; round < 2; ++round) {
    std::vector<DaxReader> readers;
    for (std::size_t i = 0; i < ReadGuard::kMaximumReaders; ++i) {
      readers.push_back(guard_.make_reader());
    }
  }
}

// Row 25, under load. A shared word is poisoned after kill; no section that saw the guard alive may
// meet the poison, and kill may not return before the last of them. (Run under TSan as well: the
// word is no atomic, so that a section which kill does not wait for is a race, too.)
TEST_P(Guard, lets_nothing_run_after_kill_under_load) {
  constexpr int kRounds = 60;
  constexpr int kThreads = 3;
  for (int round = 0; round < kRounds; ++round) {
    ReadGuard guard(GetParam());
    std::uint64_t word = 1;
    std::atomic<int> started{0};
    std::atomic<int> met_poison{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([&] {
        DaxReader reader = guard.make_reader();
        for (bool announced = false;;) {
          const ReadSection section(reader);
          if (!guard.alive()) return;
          if (word != 1) met_poison.fetch_add(1);
          if (!announced) started.fetch_add(1);
          announced = true;
        }
      });
    }
    while (started.load() < kThreads) std::this_thread::yield();
    guard.kill();
    word = 0;
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(met_poison.load(), 0) << "round " << round;
  }
}

// The store-load order between a section's announcement and its look at the guard. Lines that both
// threads write keep the announcement in the store buffer for long, where kill does not see it
// unless somebody pays for a barrier.
TEST_P(Guard, waits_for_a_section_whose_announcement_is_still_under_way) {
  constexpr int kRounds = 2000;
  struct alignas(64) Line {
    std::atomic<int> value{0};
  };
  std::array<Line, 8> contended;
  std::vector<std::unique_ptr<ReadGuard>> guards;
  for (int i = 0; i < kRounds; ++i) guards.push_back(std::make_unique<ReadGuard>(GetParam()));
  Line ready;   // rounds for which the user has a reader
  Line looked;  // rounds after which nobody was seen
  Line in_use;
  std::thread user([&] {
    for (int i = 0; i < kRounds; ++i) {
      DaxReader reader = guards[static_cast<std::size_t>(i)]->make_reader();
      ready.value.store(i + 1);
      while (looked.value.load() < i) std::this_thread::yield();
      for (bool alive = true; alive;) {
        for (Line& line : contended) line.value.store(i, std::memory_order_relaxed);
        const ReadSection section(reader);
        alive = guards[static_cast<std::size_t>(i)]->alive();
        if (!alive) break;
        in_use.value.store(1, std::memory_order_relaxed);
        for (Line& line : contended) line.value.store(-i, std::memory_order_relaxed);
        in_use.value.store(0, std::memory_order_relaxed);
      }
    }
  });
  int used_after_kill = 0;
  for (int i = 0; i < kRounds; ++i) {
    while (ready.value.load() <= i) std::this_thread::yield();
    for (int spin = 0; spin < i % 64; ++spin) {
      contended[static_cast<std::size_t>(spin % 8)].value.store(spin, std::memory_order_relaxed);
    }
    guards[static_cast<std::size_t>(i)]->kill();
    for (int look = 0; look < 64; ++look) used_after_kill += in_use.value.load();
    looked.value.store(i + 1);
  }
  user.join();
  EXPECT_EQ(used_after_kill, 0);
}

TEST_P(Guard, makes_every_one_of_several_killers_wait) {
  DaxReader reader = guard_.make_reader();
  std::atomic<int> killed{0};
  std::vector<std::thread> killers;
  {
    const ReadSection section(reader);
    ASSERT_TRUE(guard_.alive());
    for (int i = 0; i < 3; ++i) {
      killers.emplace_back([&] {
        guard_.kill();
        killed.fetch_add(1);
      });
    }
    while (guard_.alive()) std::this_thread::yield();
    for (int i = 0; i < 300; ++i) {
      std::this_thread::yield();
      ASSERT_EQ(killed.load(), 0);
    }
  }
  for (std::thread& thread : killers) thread.join();
}

class GuardDeathTest : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(GuardDeathTest, aborts_kill_inside_a_section_of_the_same_thread) {
  ReadGuard guard;
  DaxReader reader = guard.make_reader();
  const ReadSection section(reader);
  EXPECT_DEATH(guard.kill(), "kill inside a ReadSection of the same thread");
}

TEST_F(GuardDeathTest, aborts_beyond_1024_readers) {
  ReadGuard guard;
  std::vector<DaxReader> readers;
  for (std::size_t i = 0; i < ReadGuard::kMaximumReaders; ++i) {
    readers.push_back(guard.make_reader());
  }
  EXPECT_DEATH(static_cast<void>(guard.make_reader()), "more than 1024 DaxReaders");
}

TEST_F(GuardDeathTest, aborts_when_a_reader_outlives_it) {
  EXPECT_DEATH(
      {
        std::optional<ReadGuard> guard(std::in_place);
        const DaxReader reader = guard->make_reader();
        guard.reset();
      },
      "a DaxReader outlives its device");
}

TEST_F(GuardDeathTest, aborts_when_a_reader_goes_inside_its_section) {
  EXPECT_DEATH(
      {
        ReadGuard guard;
        std::optional<DaxReader> reader(guard.make_reader());
        const ReadSection section(*reader);
        reader.reset();
      },
      "a DaxReader goes inside its own ReadSection");
}

}  // namespace
}  // namespace pmembench
