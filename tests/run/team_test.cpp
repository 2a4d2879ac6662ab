#include "run/team.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <algorithm>

#include "platform/topology.hpp"

namespace pmembench {
namespace {

std::vector<int> cpus() { return read_topology("/").usable_cpus; }

TEST(Team, runs_every_position_once_in_each_job) {
  auto team = Team::start(cpus());
  ASSERT_TRUE(team) << team.error().message;
  std::vector<std::atomic<int>> calls((*team)->size());
  for (int round = 0; round < 200; ++round) {
    (*team)->run([&](unsigned position) { calls[position].fetch_add(1); });
  }
  for (const auto& count : calls) EXPECT_EQ(count.load(), 200);
}

TEST(Team, lets_no_position_begin_before_all_have_arrived) {
  auto team = Team::start(cpus());
  ASSERT_TRUE(team);
  const unsigned size = (*team)->size();
  for (int round = 0; round < 100; ++round) {
    std::atomic<unsigned> begun{0};
    std::atomic<bool> alone{false};
    (*team)->run([&](unsigned) {
      begun.fetch_add(1);
      // Every position gets here without waiting for another to end: all run at once.
      while (begun.load() < size) sched_yield();
      if (begun.load() != size) alone.store(true);
    });
    EXPECT_FALSE(alone.load());
  }
}

TEST(Team, pins_each_position_to_its_cpu) {
  const std::vector<int> wanted = cpus();
  auto team = Team::start(wanted);
  ASSERT_TRUE(team);
  std::vector<int> seen(wanted.size(), -1);
  (*team)->run([&](unsigned position) { seen[position] = sched_getcpu(); });
  EXPECT_EQ(seen, wanted);
}

TEST(Team, takes_turns_in_order) {
  auto team = Team::start(cpus());
  ASSERT_TRUE(team);
  std::vector<unsigned> order;
  (*team)->run_in_turn([&](unsigned position) { order.push_back(position); });
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), (*team)->size());
}

TEST(Team, refuses_a_cpu_that_does_not_exist) {
  const auto team = Team::start({100000});
  ASSERT_FALSE(team);
  EXPECT_NE(team.error().message.find("100000"), std::string::npos) << team.error().message;
}

}  // namespace
}  // namespace pmembench
