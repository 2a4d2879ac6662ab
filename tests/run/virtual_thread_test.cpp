// What a thread times in each of its roles, in virtual time: exact, however busy the host is.
#include <gtest/gtest.h>

#include "timed_threads.hpp"

namespace pmembench {
namespace {

// Its operations take this long, and nothing else takes time.
class Working final : public Workload {
 public:
  explicit Working(std::uint64_t ticks) : ticks_(ticks) {}
  Status prepare() override { return {}; }
  Work run(std::uint64_t operations) override {
    for (std::uint64_t i = 0; i < operations; ++i) {
      SimMemory::of_this_thread().work(static_cast<double>(ticks_) * SimMemory::kTick_ns);
    }
    return {operations, 64 * operations};
  }
  std::string failure() const override { return ""; }
  Status verify() override { return {}; }

 private:
  std::uint64_t ticks_;
};

class VirtualThread : public testing::Test {
 protected:
  VirtualThread() : bytes_(1 << 12), memory_(model(), bytes_.data()) { memory_.sit(0); }

  static ThreadContext thread_of(Role role, std::uint64_t ticks) {
    ThreadContext thread;
    thread.role = role;
    thread.workload = std::make_unique<Working>(ticks);
    return thread;
  }
  static ThreadContext thread_with_arrivals(const OpenSchedule& schedule, std::uint64_t operations,
                                            std::uint64_t ticks) {
    return with_arrivals(thread_of(Role::arrivals, ticks), schedule, operations);
  }
  static void run(ThreadContext& thread, const SliceTask& task) {
    thread.run<VirtualClock>(task);
    EXPECT_TRUE(thread.status);
    EXPECT_EQ(thread.disturbance.switches, 0u);
  }
  static SliceTask until(std::uint64_t ticks) {
    SliceTask task;
    task.ticks = ticks;
    return task;
  }

 private:
  static SimModel model() {
    SimModel model;
    model.size_bytes = 1 << 12;
    return model;
  }
  std::vector<char> bytes_;
  SimMemory memory_;
};

TEST_F(VirtualThread, times_a_slice_as_a_whole) {
  ThreadContext thread = thread_of(Role::slice, 50);
  run(thread, operations_of(1000));
  EXPECT_EQ(thread.end - thread.begin, 50'000u);
}

// Each from the end of the one before to its own end, and over more than one batch of readings.
TEST_F(VirtualThread, counts_latencies_that_are_the_time_of_the_loop) {
  for (const bool durable : {false, true}) {
    constexpr std::uint64_t kTicks = 48, kOperations = 3 * ThreadContext::kReadings + 5;
    ThreadContext thread = thread_of(Role::operation, kTicks);
    SliceTask task = operations_of(kOperations);
    task.durable = durable;
    run(thread, task);
    EXPECT_EQ(thread.histogram.count(), kOperations);
    EXPECT_EQ(thread.histogram.minimum(), kTicks);
    EXPECT_EQ(thread.histogram.mean(), static_cast<double>(kTicks));
    EXPECT_EQ(thread.end - thread.begin, kTicks * kOperations);
  }
}

TEST_F(VirtualThread, counts_the_same_latencies_in_slots_and_in_the_histogram) {
  ThreadContext thread = thread_of(Role::operation, 48);
  thread.slots = SlotSeries(400, 1'000'000);
  run(thread, operations_of(5000));
  const SlotSummary slots = thread.slots.summary(1.0);
  std::uint64_t operations = 0;
  for (std::size_t i = 0; i < slots.count.size(); ++i) {
    operations += slots.count[i];
    if (slots.count[i] > 0) {
      EXPECT_EQ(slots.mean_ns[i], 48);
    }
  }
  EXPECT_EQ(operations, 5000u);
}

TEST_F(VirtualThread, counts_both_times_of_each_operation_of_an_open_loop) {
  for (const Arrival arrival : {Arrival::fixed, Arrival::poisson}) {
    ThreadContext thread = thread_with_arrivals(OpenSchedule(arrival, 2000, 0), 1000, 48);
    run(thread, operations_of(1000));
    EXPECT_EQ(thread.histogram.count(), 1000u);
    EXPECT_EQ(thread.service.count(), 1000u);
    EXPECT_EQ(thread.service.mean(), 48);
    // Arrivals at random wait for each other now and then, those at a fixed distance never.
    if (arrival == Arrival::fixed) {
      EXPECT_EQ(thread.histogram.mean(), 48);
    } else {
      EXPECT_GT(thread.histogram.mean(), 48);
    }
  }
}

// A stall is charged to all who waited: operations that take ten times the interval wait longer
// and longer, the last for nine tenths of the whole time.
TEST_F(VirtualThread, charges_the_backlog_of_an_overload_to_those_who_wait) {
  constexpr std::uint64_t kOperations = 100, kInterval = 2000, kService = 10 * kInterval;
  ThreadContext thread =
      thread_with_arrivals(OpenSchedule(Arrival::fixed, kInterval, 0), kOperations, kService);
  run(thread, operations_of(kOperations));
  EXPECT_EQ(thread.end - thread.begin, kOperations * kService);
  EXPECT_EQ(thread.late_ticks, (kOperations - 1) * (kService - kInterval));
  // The i-th is served after i others, and was due after i intervals.
  const double mean = static_cast<double>(kService) + static_cast<double>(kService - kInterval) *
                                                          static_cast<double>(kOperations - 1) / 2;
  EXPECT_NEAR(thread.histogram.mean() / mean, 1, 0.01) << "the bins of the histogram";
}

// Three operations at 1 interval each are a rate of 1 an interval, whatever they take.
TEST_F(VirtualThread, rates_arrivals_over_their_window_and_not_over_the_gaps_between_them) {
  for (const std::uint64_t operations : {1, 3}) {
    ThreadContext thread =
        thread_with_arrivals(OpenSchedule(Arrival::fixed, 200'000, 0.25), operations, 96);
    run(thread, operations_of(operations));
    EXPECT_EQ(thread.rated_ticks, 200'000 * operations);
    EXPECT_EQ(thread.end - thread.begin, 200'000 * operations);
  }
}

TEST_F(VirtualThread, rates_an_overload_by_what_it_kept) {
  // Due at 250, over at 50,250, the next due at 1,250: the window of 1,000 and 49,000 over it.
  ThreadContext thread = thread_with_arrivals(OpenSchedule(Arrival::fixed, 1000, 0.25), 1, 50'000);
  run(thread, operations_of(1));
  EXPECT_EQ(thread.rated_ticks, 50'000u);
}

TEST_F(VirtualThread, ends_a_slice_of_operations_by_the_clock) {
  ThreadContext thread = thread_of(Role::operation, 1000);
  thread.slots = SlotSeries(100, 100'000);
  SliceTask task = until(1'000'000);
  task.operations = 3;
  run(thread, task);
  EXPECT_EQ(thread.work.operations, 1000u);
  EXPECT_EQ(thread.histogram.count(), 1000u);
  EXPECT_EQ(counted(thread.slots), 1000u);
  EXPECT_EQ(thread.end - thread.begin, task.ticks);
}

TEST_F(VirtualThread, probes_in_chunks_until_the_slice_is_over) {
  ThreadContext thread = thread_of(Role::probe, 48);
  SliceTask task = until(100'000);
  task.operations_a_chunk = 16;
  run(thread, task);
  const std::uint64_t chunks = (task.ticks + 16 * 48 - 1) / (16 * 48);
  EXPECT_EQ(thread.histogram.count(), chunks);
  EXPECT_EQ(thread.work.operations, 16 * chunks);
}

TEST_F(VirtualThread, loads_until_the_slice_is_over_with_or_without_a_pace) {
  constexpr std::uint64_t kTicks = 10, kGroup = 16;
  ThreadContext unpaced = thread_of(Role::load, kTicks);
  SliceTask task = until(102'400);
  task.operations_a_group = kGroup;
  run(unpaced, task);
  EXPECT_EQ(unpaced.work.operations, task.ticks / kTicks);
  EXPECT_EQ(unpaced.end - unpaced.begin, task.ticks);

  ThreadContext paced = thread_of(Role::load, kTicks);
  paced.pace = LoadPace::at_rate(10'240);
  run(paced, task);
  EXPECT_EQ(paced.work.operations, kGroup * 10) << "one group in each tenth of the slice";
  EXPECT_EQ(paced.end - paced.begin, task.ticks);
  EXPECT_EQ(paced.histogram.count(), 0u);
}

}  // namespace
}  // namespace pmembench
