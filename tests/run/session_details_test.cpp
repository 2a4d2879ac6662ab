#include "run/cell_extras.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

constexpr TimerFacts kTimer{0.5, 10, 28, 90, true};

std::vector<std::unique_ptr<CellSeat>> seats_with(std::size_t slots, std::size_t period) {
  std::vector<std::unique_ptr<CellSeat>> seats;
  for (int thread = 0; thread < 2; ++thread) {
    auto seat = std::make_unique<CellSeat>();
    seat->slots = SlotSeries(slots + 2, 1000);
    seat->slots.start(0);
    for (std::size_t slot = 0; slot <= slots; ++slot) {
      // Slots differ a little, or there would be nothing that a period stands out from.
      const std::uint64_t usual = 100 + (slot * 7919) % 13;
      const bool stalls = period > 0 && slot % period == 0 && thread == 1;
      seat->slots.record(slot * 1000 + 500, stalls ? 5000 : usual);
    }
    seats.push_back(std::move(seat));
  }
  return seats;
}

TEST(CellExtras, adds_the_slots_of_all_threads_in_nanoseconds) {
  const nlohmann::json slots = slots_json(seats_with(40, 10), kTimer, 1);
  EXPECT_EQ(slots["slot_ns"], 500);
  EXPECT_EQ(slots["n"].size(), 40u);
  EXPECT_EQ(slots["n"][3], 2);
  EXPECT_EQ(slots["max_ns"][10], 2500);
  EXPECT_EQ(slots["p99_ns"][3], nullptr);  // two operations have no p99
  EXPECT_EQ(slots["cut"], false);
}

TEST(CellExtras, finds_the_period_of_planted_stalls) {
  const nlohmann::json slots = slots_json(seats_with(400, 20), kTimer, 1);
  EXPECT_EQ(slots["period_of_max"]["found"], true);
  EXPECT_NEAR(slots["period_of_max"]["period_ns"].get<double>(), 20 * 500, 200);
}

TEST(CellExtras, keeps_the_service_times_beside_the_rates) {
  Histogram service;
  service.record_many(100, 7);
  const nlohmann::json open = open_loop_json("poisson", 5000, 20000, service, kTimer);
  EXPECT_EQ(open["arrival"], "poisson");
  EXPECT_EQ(open["asked_per_s"], 5000);
  EXPECT_EQ(open["closed_loop_per_s"], 20000);
  EXPECT_EQ(open["service"], nlohmann::json::parse("[[100,7]]"));
  EXPECT_EQ(open["ns_per_tick"], 0.5);
}

}  // namespace
}  // namespace pmembench
