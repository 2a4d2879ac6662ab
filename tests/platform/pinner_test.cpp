#include <gmock/gmock.h>
#include <sched.h>

#include <thread>
#include <utility>

#include "platform/topology.hpp"

namespace pmembench {
namespace {

using ::testing::MatchesRegex;

// The mask is the thread's own, so each test pins a thread of its own and leaves this one free.
void in_a_thread(const auto& work) { std::thread(work).join(); }

cpu_set_t mask_of_this_thread() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  sched_getaffinity(0, sizeof mask, &mask);
  return mask;
}

TEST(Pinner, puts_the_calling_thread_on_each_usable_cpu) {
  const Topology topology = read_topology("/");
  in_a_thread([&] {
    const auto pinner = Pinner::create();
    ASSERT_TRUE(pinner) << pinner.error().message;
    for (const int cpu : topology.usable_cpus) {
      const Status pinned = pinner->pin_this_thread(cpu);
      ASSERT_TRUE(pinned) << pinned.error().message;
      EXPECT_EQ(sched_getcpu(), cpu);
      const cpu_set_t mask = mask_of_this_thread();
      EXPECT_EQ(CPU_COUNT(&mask), 1);
      EXPECT_TRUE(CPU_ISSET(cpu, &mask));
    }
  });
}

TEST(Pinner, leaves_other_threads_alone) {
  const cpu_set_t before = mask_of_this_thread();
  const int cpu = read_topology("/").usable_cpus.front();
  in_a_thread([&] { ASSERT_TRUE(pin_this_thread(cpu)); });
  const cpu_set_t after = mask_of_this_thread();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Pinner, serves_many_threads_and_survives_a_move) {
  auto first = Pinner::create();
  ASSERT_TRUE(first);
  const Pinner pinner = std::move(*first);
  const Topology topology = read_topology("/");
  std::vector<std::thread> threads;
  std::vector<int> seen(topology.usable_cpus.size(), -1);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    threads.emplace_back([&, i] {
      if (pinner.pin_this_thread(topology.usable_cpus[i])) seen[i] = sched_getcpu();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, topology.usable_cpus);
}

TEST(Pinner, refuses_a_cpu_that_is_not_there_and_says_which_are) {
  for (const int cpu : {-1, 100000}) {
    const Status refused = pin_this_thread(cpu);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::environment);
    EXPECT_THAT(refused.error().message,
                MatchesRegex("cannot pin the thread to CPU " + std::to_string(cpu) +
                             ": it does not exist, is offline or is not allowed to this process; "
                             "use one of [0-9,-]+"));
  }
}

}  // namespace
}  // namespace pmembench
