#include "sim/server.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

double take(SimServer& server, double at, double service_ns) {
  const double begin = server.earliest(at, service_ns);
  server.occupy(begin, service_ns);
  return begin;
}

TEST(SimServer, serves_one_after_the_other) {
  SimServer server;
  EXPECT_EQ(take(server, 0, 10), 0);
  EXPECT_EQ(take(server, 5, 10), 10);
  EXPECT_EQ(take(server, 100, 10), 100);
}

// A thread that was ahead left it free from 10 to 100: one behind it is served there.
TEST(SimServer, keeps_what_is_left_free_for_who_comes_later) {
  SimServer server(true);
  EXPECT_EQ(take(server, 0, 10), 0);
  EXPECT_EQ(take(server, 100, 10), 100);
  EXPECT_EQ(take(server, 20, 30), 20);
  EXPECT_EQ(take(server, 20, 30), 50);
  EXPECT_EQ(take(server, 0, 10), 10);
  EXPECT_EQ(take(server, 20, 30), 110) << "20 ns are left before 100";
  EXPECT_EQ(take(server, 20, 20), 80);
}

TEST(SimServer, forgets_what_is_left_free_of_one_thread) {
  SimServer server(false);
  EXPECT_EQ(take(server, 0, 10), 0);
  EXPECT_EQ(take(server, 100, 10), 100);
  EXPECT_EQ(take(server, 20, 30), 110);
}

}  // namespace
}  // namespace pmembench
