// What a thread times: closed and open loops, histograms and slots, on a workload that only counts.
#include "run/cell_seat.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace pmembench {
namespace {

class CountingWorkload final : public Workload {
 public:
  explicit CountingWorkload(std::uint64_t spin_ticks = 0) : spin_ticks_(spin_ticks) {}
  Status prepare() override { return {}; }
  Work run(std::uint64_t operations) override {
    const std::uint64_t until = __rdtsc() + spin_ticks_;
    while (__rdtsc() < until) _mm_pause();
    done += operations;
    return {operations, 64 * operations};
  }
  std::string failure() const override { return "none"; }
  Status verify() override { return {}; }
  std::uint64_t done = 0;

 private:
  std::uint64_t spin_ticks_;
};

Cell timed_cell() {
  Cell cell;
  cell.timing = Timing::operation;
  cell.latency_mode = "issue";
  return cell;
}

CellSeat seat_with(std::uint64_t spin_ticks = 0) {
  CellSeat seat;
  seat.workload = std::make_unique<CountingWorkload>(spin_ticks);
  return seat;
}

std::uint64_t counted(const SlotSeries& slots) {
  const SlotSummary summary = slots.summary(1.0);
  return std::accumulate(summary.count.begin(), summary.count.end(), std::uint64_t{0});
}

TEST(CellSeat, counts_one_latency_for_each_operation_of_a_closed_loop) {
  CellSeat seat = seat_with();
  seat.run(1000, timed_cell(), {});
  EXPECT_EQ(seat.histogram.count(), 1000u);
  EXPECT_EQ(seat.service.count(), 0u);
  EXPECT_EQ(seat.work.bytes, 64'000u);
  EXPECT_TRUE(seat.status);
}

// Each from the end of the one before to its own end, and over more than one batch of readings.
TEST(CellSeat, counts_latencies_that_add_up_to_the_time_of_the_loop) {
  for (const char* mode : {"issue", "durable"}) {
    constexpr std::uint64_t kSpin = 5000, kOperations = 3 * CellSeat::kReadings + 5;
    CellSeat seat = seat_with(kSpin);
    Cell cell = timed_cell();
    cell.latency_mode = mode;
    seat.run(kOperations, cell, {});
    EXPECT_EQ(seat.histogram.count(), kOperations);
    EXPECT_GE(seat.histogram.minimum(), kSpin * 95 / 100) << mode;
    const double all = seat.histogram.mean() * static_cast<double>(kOperations);
    EXPECT_LE(all, 1.01 * static_cast<double>(seat.end - seat.begin)) << mode;
  }
}

TEST(CellSeat, counts_the_same_latencies_in_slots_and_in_the_histogram) {
  CellSeat seat = seat_with(2000);
  seat.slots = SlotSeries(16'000, 1'000'000);
  seat.run(5000, timed_cell(), {});
  const SlotSummary slots = seat.slots.summary(1.0);
  double in_slots = 0;
  std::uint64_t operations = 0;
  for (std::size_t i = 0; i < slots.count.size(); ++i) {
    operations += slots.count[i];
    if (slots.count[i] > 0) in_slots += static_cast<double>(slots.count[i]) * slots.mean_ns[i];
  }
  // The last slot is left out: it was not complete.
  EXPECT_GT(operations, 0u);
  EXPECT_LE(in_slots, 1.02 * seat.histogram.mean() * 5000);
  EXPECT_GE(in_slots, 0.95 * 2000 * static_cast<double>(operations));
}

TEST(CellSeat, counts_both_times_of_each_operation_of_an_open_loop) {
  for (const Arrival arrival : {Arrival::fixed, Arrival::poisson}) {
    CellSeat seat = seat_with();
    seat.schedule = OpenSchedule(arrival, 2000, 0);
    seat.schedule.refill(1);
    seat.run(1000, timed_cell(), {});
    EXPECT_EQ(seat.histogram.count(), 1000u);
    EXPECT_EQ(seat.service.count(), 1000u);
    // An operation cannot end sooner after it was due than after it began.
    EXPECT_GE(seat.histogram.mean(), seat.service.mean());
    EXPECT_GE(seat.histogram.quantile(0.5), seat.service.quantile(0.5) * 0.99);
  }
}

// A stall is charged to all who waited: operations that take ten times the interval wait longer
// and longer, the last for nine tenths of the whole time.
TEST(CellSeat, charges_the_backlog_of_an_overload_to_those_who_wait) {
  constexpr std::uint64_t kOperations = 100;
  constexpr int kAttempts = 200;
  // A thread that lost its CPU meanwhile had operations of very different length.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    CellSeat seat = seat_with(20'000);
    seat.schedule = OpenSchedule(Arrival::fixed, 2000, 0);
    seat.run(kOperations, timed_cell(), {});
    const auto span = static_cast<double>(seat.end - seat.begin);
    const bool alone =
        seat.disturbance.switches == 0 && seat.service.quantile(1) < 2 * seat.service.quantile(0.5);
    if (!alone) continue;
    EXPECT_GT(static_cast<double>(seat.late_ticks), 0.8 * span);
    EXPECT_GT(seat.histogram.mean(), 5 * seat.service.quantile(0.5));
    // Little's law: the waiting and the served, on average over the time, are rate times response.
    // They are half of all that were due, for all are due in the first tenth of the time.
    const double in_system = static_cast<double>(kOperations) / span * seat.histogram.mean();
    EXPECT_NEAR(in_system, 0.45 * kOperations, 0.15 * kOperations);
    return;
  }
  GTEST_SKIP() << "in " << kAttempts << " attempts this thread never had its CPU for a millisecond";
}

TEST(CellSeat, waits_for_the_time_when_an_operation_is_due) {
  CellSeat seat = seat_with();
  seat.schedule = OpenSchedule(Arrival::fixed, 10'000, 0);
  seat.run(50, timed_cell(), {});
  EXPECT_GE(seat.end - seat.begin, 49u * 10'000);
}

TEST(CellSeat, counts_every_operation_in_a_slot) {
  for (const bool open : {false, true}) {
    CellSeat seat = seat_with(1000);
    if (open) seat.schedule = OpenSchedule(Arrival::fixed, 5000, 0);
    seat.slots = SlotSeries(16'000, 5000);
    seat.run(500, timed_cell(), {});
    const std::uint64_t in_slots = counted(seat.slots);
    // The last slot is left out: it was not complete.
    EXPECT_LE(in_slots, 500u);
    EXPECT_GE(in_slots, 490u);
  }
}

TEST(CellSeat, forgets_both_kinds_of_latency) {
  CellSeat seat = seat_with();
  seat.schedule = OpenSchedule(Arrival::fixed, 100, 0);
  seat.run(10, timed_cell(), {});
  seat.forget_latencies();
  EXPECT_EQ(seat.histogram.count() + seat.service.count(), 0u);
}

}  // namespace
}  // namespace pmembench
