// What a thread times in each of its roles: histograms and slots, on a workload that only counts.
#include "run/thread_context.hpp"

#include <gtest/gtest.h>

#include <algorithm>
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
    operations = std::min(operations, limit - done);
    done += operations;
    return {operations, 64 * operations};
  }
  std::string failure() const override { return "it is worn out"; }
  Status verify() override { return {}; }
  std::uint64_t done = 0;
  std::uint64_t limit = ~std::uint64_t{0};  // more operations than these fail

 private:
  std::uint64_t spin_ticks_;
};

SliceTask operations_of(std::uint64_t operations) {
  SliceTask task;
  task.operations = operations;
  return task;
}

ThreadContext thread_of(Role role, std::uint64_t spin_ticks = 0) {
  ThreadContext thread;
  thread.role = role;
  thread.workload = std::make_unique<CountingWorkload>(spin_ticks);
  return thread;
}

ThreadContext thread_with_arrivals(const OpenSchedule& schedule, std::uint64_t operations,
                                   std::uint64_t spin_ticks = 0) {
  ThreadContext thread = thread_of(Role::arrivals, spin_ticks);
  thread.schedule = schedule;
  thread.schedule.refill(1, operations);
  return thread;
}

std::uint64_t counted(const SlotSeries& slots) {
  const SlotSummary summary = slots.summary(1.0);
  return std::accumulate(summary.count.begin(), summary.count.end(), std::uint64_t{0});
}

// So that it fails after some operations.
ThreadContext thread_that_fails_after(std::uint64_t operations, Role role) {
  ThreadContext thread = thread_of(role);
  auto workload = std::make_unique<CountingWorkload>();
  workload->limit = operations;
  thread.workload = std::move(workload);
  return thread;
}

TEST(ThreadContext, times_a_slice_as_a_whole_and_none_of_its_operations) {
  ThreadContext thread = thread_of(Role::slice, 5000);
  thread.run(operations_of(1000));
  EXPECT_EQ(thread.work.operations, 1000u);
  EXPECT_EQ(thread.work.bytes, 64'000u);
  EXPECT_GE(thread.end - thread.begin, 5000u);
  EXPECT_EQ(thread.histogram.count(), 0u);
  EXPECT_GT(thread.core_ticks, 0u);
  EXPECT_GE(thread.cpu, 0);
}

TEST(ThreadContext, counts_one_latency_for_each_operation_of_a_closed_loop) {
  ThreadContext thread = thread_of(Role::operation);
  thread.run(operations_of(1000));
  EXPECT_EQ(thread.histogram.count(), 1000u);
  EXPECT_EQ(thread.service.count(), 0u);
  EXPECT_EQ(thread.work.bytes, 64'000u);
  EXPECT_TRUE(thread.status);
}

// Each from the end of the one before to its own end, and over more than one batch of readings.
TEST(ThreadContext, counts_latencies_that_add_up_to_the_time_of_the_loop) {
  for (const bool durable : {false, true}) {
    constexpr std::uint64_t kSpin = 5000, kOperations = 3 * ThreadContext::kReadings + 5;
    ThreadContext thread = thread_of(Role::operation, kSpin);
    SliceTask task = operations_of(kOperations);
    task.durable = durable;
    thread.run(task);
    EXPECT_EQ(thread.histogram.count(), kOperations);
    EXPECT_GE(thread.histogram.minimum(), kSpin * 95 / 100) << durable;
    const double all = thread.histogram.mean() * static_cast<double>(kOperations);
    EXPECT_LE(all, 1.01 * static_cast<double>(thread.end - thread.begin)) << durable;
  }
}

TEST(ThreadContext, counts_the_same_latencies_in_slots_and_in_the_histogram) {
  ThreadContext thread = thread_of(Role::operation, 2000);
  thread.slots = SlotSeries(16'000, 1'000'000);
  thread.run(operations_of(5000));
  const SlotSummary slots = thread.slots.summary(1.0);
  double in_slots = 0;
  std::uint64_t operations = 0;
  for (std::size_t i = 0; i < slots.count.size(); ++i) {
    operations += slots.count[i];
    if (slots.count[i] > 0) in_slots += static_cast<double>(slots.count[i]) * slots.mean_ns[i];
  }
  EXPECT_EQ(operations, 5000u);
  EXPECT_NEAR(in_slots / (thread.histogram.mean() * 5000), 1, 0.02);
}

TEST(ThreadContext, counts_both_times_of_each_operation_of_an_open_loop) {
  for (const Arrival arrival : {Arrival::fixed, Arrival::poisson}) {
    ThreadContext thread = thread_with_arrivals(OpenSchedule(arrival, 2000, 0), 1000);
    thread.run(operations_of(1000));
    EXPECT_EQ(thread.histogram.count(), 1000u);
    EXPECT_EQ(thread.service.count(), 1000u);
    // An operation cannot end sooner after it was due than after it began.
    EXPECT_GE(thread.histogram.mean(), thread.service.mean());
    EXPECT_GE(thread.histogram.quantile(0.5), thread.service.quantile(0.5) * 0.99);
  }
}

// A stall is charged to all who waited: operations that take ten times the interval wait longer
// and longer, the last for nine tenths of the whole time.
TEST(ThreadContext, charges_the_backlog_of_an_overload_to_those_who_wait) {
  constexpr std::uint64_t kOperations = 100;
  constexpr int kAttempts = 200;
  // A thread that lost its CPU meanwhile had operations of very different length.
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ThreadContext thread =
        thread_with_arrivals(OpenSchedule(Arrival::fixed, 2000, 0), kOperations, 20'000);
    thread.run(operations_of(kOperations));
    const auto span = static_cast<double>(thread.end - thread.begin);
    const bool alone = thread.disturbance.switches == 0 &&
                       thread.service.quantile(1) < 2 * thread.service.quantile(0.5);
    if (!alone) continue;
    EXPECT_GT(static_cast<double>(thread.late_ticks), 0.8 * span);
    EXPECT_GT(thread.histogram.mean(), 5 * thread.service.quantile(0.5));
    // Little's law: the waiting and the served, on average over the time, are rate times response.
    // They are half of all that were due, for all are due in the first tenth of the time.
    const double in_system = static_cast<double>(kOperations) / span * thread.histogram.mean();
    EXPECT_NEAR(in_system, 0.45 * kOperations, 0.15 * kOperations);
    return;
  }
  GTEST_SKIP() << "in " << kAttempts << " attempts this thread never had its CPU for a millisecond";
}

TEST(ThreadContext, waits_for_the_time_when_an_operation_is_due) {
  ThreadContext thread = thread_with_arrivals(OpenSchedule(Arrival::fixed, 10'000, 0), 50);
  thread.run(operations_of(50));
  EXPECT_GE(thread.end - thread.begin, 49u * 10'000);
}

TEST(ThreadContext, counts_every_operation_in_a_slot) {
  for (const bool open : {false, true}) {
    ThreadContext thread =
        open ? thread_with_arrivals(OpenSchedule(Arrival::fixed, 5000, 0), 500, 1000)
             : thread_of(Role::operation, 1000);
    thread.slots = SlotSeries(16'000, 5000);
    thread.run(operations_of(500));
    EXPECT_EQ(counted(thread.slots), 500u);
  }
}

// Three operations at 1 interval each are a rate of 1 an interval, whatever they take.
TEST(ThreadContext, rates_arrivals_over_their_window_and_not_over_the_gaps_between_them) {
  for (const std::uint64_t operations : {1, 3}) {
    ThreadContext thread =
        thread_with_arrivals(OpenSchedule(Arrival::fixed, 200'000, 0.25), operations, 100);
    thread.run(operations_of(operations));
    EXPECT_GE(thread.rated_ticks, 200'000 * operations);
    EXPECT_GE(thread.end - thread.begin, 200'000 * operations);
    if (thread.disturbance.switches > 0) continue;
    EXPECT_LE(thread.rated_ticks, 210'000 * operations);
  }
}

TEST(ThreadContext, rates_an_overload_by_what_it_kept) {
  ThreadContext thread = thread_with_arrivals(OpenSchedule(Arrival::fixed, 1000, 0.25), 1, 50'000);
  thread.run(operations_of(1));
  EXPECT_GE(thread.rated_ticks, 50'000u);
}

// What stops a thread that has nothing to wait for counts as it does if its CPU were taken.
TEST(ThreadContext, was_stopped_where_it_gave_its_cpu_up_and_calls_nothing) {
  class Sleeping final : public Workload {
    Status prepare() override { return {}; }
    Work run(std::uint64_t operations) override {
      const timespec nap{0, 1'000'000};
      nanosleep(&nap, nullptr);
      return {operations, operations};
    }
    std::string failure() const override { return ""; }
    Status verify() override { return {}; }
  };
  for (const bool never_waits : {true, false}) {
    ThreadContext thread = thread_of(Role::slice);
    thread.workload = std::make_unique<Sleeping>();
    thread.never_waits = never_waits;
    thread.run(operations_of(1));
    EXPECT_GE(thread.disturbance.waits, 1u);
    if (thread.disturbance.minor_faults > 0) continue;
    if (never_waits) {
      EXPECT_GE(thread.disturbance.switches, thread.disturbance.waits);
    }
  }
}

TEST(ThreadContext, waits_for_a_fault_and_is_not_stopped_by_it) {
  for (const std::uint64_t faults : {0, 1}) {
    Disturbance disturbance{1, 2, faults, 0};
    disturbance.count_stops();
    EXPECT_EQ(disturbance.switches, faults == 0 ? 3u : 1u);
  }
}

TEST(ThreadContext, ends_a_slice_of_operations_by_the_clock) {
  ThreadContext thread = thread_of(Role::operation, 1000);
  thread.slots = SlotSeries(100, 100'000);
  SliceTask task;
  task.operations = 3;
  task.ticks = 1'000'000;
  thread.run(task);
  EXPECT_TRUE(thread.status);
  EXPECT_GT(thread.work.operations, 100u);
  EXPECT_EQ(thread.work.operations, thread.histogram.count());
  EXPECT_EQ(counted(thread.slots), thread.work.operations);
  EXPECT_GE(thread.end - thread.begin, task.ticks);
}

TEST(ThreadContext, forgets_both_kinds_of_latency) {
  ThreadContext thread = thread_with_arrivals(OpenSchedule(Arrival::fixed, 100, 0), 10);
  thread.run(operations_of(10));
  thread.forget_latencies();
  EXPECT_EQ(thread.histogram.count() + thread.service.count(), 0u);
}

TEST(ThreadContext, says_how_many_operations_a_workload_that_fails_has_done) {
  for (const Role role : {Role::slice, Role::operation}) {
    ThreadContext thread = thread_that_fails_after(30, role);
    thread.run(operations_of(100));
    ASSERT_FALSE(thread.status);
    EXPECT_EQ(thread.status.error().message, "only 30 of 100 operations were done: it is worn out");
  }
}

TEST(ThreadContext, probes_in_chunks_until_the_slice_is_over) {
  ThreadContext thread = thread_of(Role::probe, 1000);
  SliceTask task;
  task.ticks = 100'000;
  task.operations_a_chunk = 16;
  thread.run(task);
  EXPECT_TRUE(thread.status);
  EXPECT_GE(thread.end - thread.begin, task.ticks);
  EXPECT_GT(thread.histogram.count(), 0u);
  EXPECT_EQ(thread.work.operations, 16 * thread.histogram.count());
  EXPECT_EQ(thread.work.bytes, 0u);
}

TEST(ThreadContext, loads_until_the_slice_is_over_with_or_without_a_pace) {
  for (const bool paced : {false, true}) {
    ThreadContext thread = thread_of(Role::load);
    if (paced) thread.pace = LoadPace::at_rate(10'000);
    SliceTask task;
    task.ticks = 100'000;
    task.operations_a_group = 16;
    thread.run(task);
    EXPECT_TRUE(thread.status);
    EXPECT_GE(thread.end - thread.begin, task.ticks);
    EXPECT_GT(thread.work.operations, 0u);
    EXPECT_EQ(thread.work.operations % (paced ? 16 : SliceTask{}.unpaced_operations), 0u);
    EXPECT_EQ(thread.work.bytes, 64 * thread.work.operations);
    EXPECT_EQ(thread.histogram.count(), 0u);
    // One group in each tenth of the slice, and those that a stall lets catch up.
    if (paced) {
      EXPECT_LE(thread.work.operations, 16u * (10 + LoadPace::kDepth + 1));
    }
  }
}

TEST(ThreadContext, moves_nothing_as_an_idle_load_thread) {
  ThreadContext thread = thread_of(Role::load);
  thread.idle = true;
  SliceTask task;
  task.ticks = 50'000;
  thread.run(task);
  EXPECT_TRUE(thread.status);
  EXPECT_EQ(thread.work.operations, 0u);
  EXPECT_EQ(thread.end - thread.begin, task.ticks);
}

TEST(ThreadContext, says_why_a_load_stopped) {
  ThreadContext thread = thread_that_fails_after(1000, Role::load);
  SliceTask task;
  task.ticks = 1'000'000'000;
  thread.run(task);
  ASSERT_FALSE(thread.status);
  EXPECT_EQ(thread.status.error().message, "the load stopped: it is worn out");
  EXPECT_EQ(thread.work.operations, 1000u);
}

}  // namespace
}  // namespace pmembench
