#include "run/session_details.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pmembench {
namespace {

constexpr TimerFacts kTimer{0.5, 10, 28, 90, true};

std::vector<std::unique_ptr<ThreadContext>> threads_with(std::size_t slots, std::size_t period) {
  std::vector<std::unique_ptr<ThreadContext>> threads;
  for (int index = 0; index < 2; ++index) {
    auto thread = std::make_unique<ThreadContext>();
    thread->slots = SlotSeries(slots + 2, 1000);
    thread->slots.start(0);
    for (std::size_t slot = 0; slot <= slots; ++slot) {
      // Slots differ a little, or there would be nothing that a period stands out from.
      const std::uint64_t usual = 100 + (slot * 7919) % 13;
      const bool stalls = period > 0 && slot % period == 0 && index == 1;
      thread->slots.record(slot * 1000 + 500, stalls ? 5000 : usual);
    }
    threads.push_back(std::move(thread));
  }
  return threads;
}

TEST(SessionDetails, adds_the_slots_of_all_threads_in_nanoseconds) {
  const SlotDetails slots = slot_details(threads_with(40, 10), kTimer, 1);
  EXPECT_EQ(slots.slot_ns, 500);
  EXPECT_EQ(slots.n.size(), 40u);
  EXPECT_EQ(slots.n.at(3), 2u);
  EXPECT_EQ(slots.max_ns.at(10), 2500);
  EXPECT_TRUE(std::isnan(slots.p99_ns.at(3)));  // two operations have no p99
  EXPECT_FALSE(slots.cut);
}

TEST(SessionDetails, finds_the_period_of_injected_stalls) {
  const SlotDetails slots = slot_details(threads_with(400, 20), kTimer, 1);
  ASSERT_TRUE(slots.period_of_max);
  EXPECT_TRUE(slots.period_of_max->found);
  EXPECT_NEAR(slots.period_of_max->period_ns, 20 * 500, 200);
}

TEST(SessionDetails, keeps_the_service_times_beside_the_rates) {
  Histogram service;
  service.record_many(100, 7);
  const OpenLoopDetails open = open_loop_details("poisson", 5000, 20000, service, kTimer);
  EXPECT_EQ(open.arrival, "poisson");
  EXPECT_EQ(open.asked_per_s, 5000);
  EXPECT_EQ(open.closed_loop_per_s, 20000);
  EXPECT_EQ(open.service.sparse(),
            (std::vector<std::pair<std::uint32_t, std::uint64_t>>{{100, 7}}));
  EXPECT_EQ(open.ns_per_tick, 0.5);
}

}  // namespace
}  // namespace pmembench
