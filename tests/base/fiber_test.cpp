#include "base/fiber.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace pmembench {
namespace {

struct Turns {
  Fiber main;
  std::array<Fiber, 2> fibers;
  std::string order;
};

struct Player {
  Turns* turns;
  unsigned index;
};

// One letter a turn, then the other one's turn.
void play(void* argument) {
  const auto& own = *static_cast<Player*>(argument);
  for (int i = 0; i < 3; ++i) {
    own.turns->order += static_cast<char>('a' + own.index);
    own.turns->fibers[own.index].switch_to(own.turns->fibers[1 - own.index]);
  }
}

TEST(Fiber, goes_on_where_it_gave_way) {
  Turns turns;
  std::array<Player, 2> players{Player{&turns, 0}, Player{&turns, 1}};
  for (unsigned i = 0; i < 2; ++i) turns.fibers[i].prepare(play, &players[i], turns.main);
  turns.main.switch_to(turns.fibers[0]);
  EXPECT_EQ(turns.order, "ababab");
  turns.order += '.';
  turns.main.switch_to(turns.fibers[1]);
  EXPECT_EQ(turns.order, "ababab.") << "the second one had all of its turns, and ends";
}

TEST(Fiber, begins_again_when_it_is_prepared_again) {
  struct Count {
    int begun = 0;
  } count;
  Fiber main, fiber;
  for (int i = 1; i <= 3; ++i) {
    fiber.prepare([](void* argument) { ++static_cast<Count*>(argument)->begun; }, &count, main);
    main.switch_to(fiber);
    EXPECT_EQ(count.begun, i);
  }
}

TEST(Fiber, has_room_for_what_a_thread_calls) {
  Fiber main, fiber;
  char last = 0;
  fiber.prepare(
      [](void* argument) {
        volatile char room[128 << 10] = {};  // NOLINT: not optimised away
        room[0] = 'x';
        *static_cast<char*>(argument) = room[0];
      },
      &last, main);
  main.switch_to(fiber);
  EXPECT_EQ(last, 'x');
}

}  // namespace
}  // namespace pmembench
