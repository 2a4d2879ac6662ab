// What a thread times in each of its roles: histograms and slots, on a workload that only counts.
#include "run/thread_context.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "timed_threads.hpp"

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

ThreadContext thread_of(Role role, std::uint64_t spin_ticks = 0) {
  ThreadContext thread;
  thread.role = role;
  thread.workload = std::make_unique<CountingWorkload>(spin_ticks);
  return thread;
}

ThreadContext thread_with_arrivals(const OpenSchedule& schedule, std::uint64_t operations,
                                   std::uint64_t spin_ticks = 0) {
  return with_arrivals(thread_of(Role::arrivals, spin_ticks), schedule, operations);
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

// By the counter, too: no operation is shorter than it was, and all together are not longer than
// the slice.
TEST(ThreadContext, counts_latencies_within_the_time_of_the_loop) {
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
