// ThreadContext: what one thread of a cell owns, and how it spends a slice.
#pragma once

#include <sched.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "measure/histogram.hpp"
#include "measure/open_schedule.hpp"
#include "measure/slot_series.hpp"
#include "plan/plan.hpp"
#include "run/life_trial.hpp"
#include "run/load_pace.hpp"
#include "run/session_clock.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// What a thread does in a slice.
enum class Role {
  slice,      // operations, timed together
  operation,  // operations, each timed
  arrivals,   // operations that begin at a rate, each timed
  probe,      // chunks of dependent loads until the slice is over, each chunk timed
  load,       // operations at a pace until the slice is over
  life,       // operations, each of them timed alone: what comes before and after it is not
  user,       // what a thread of role life works against
  server,     // operations that are not counted: what the others are timed with
};

// One slice, the same for all threads of a cell.
struct SliceTask {
  std::uint64_t operations = 0;  // of roles slice, operation, arrivals
  // How long the slice is: of roles probe and load, and of `operation` where it is not 0: it ends
  // then, regardless of `operations`.
  std::uint64_t ticks = 0;
  std::uint64_t operations_a_chunk = 1;    // of role probe
  std::uint64_t operations_a_group = 1;    // of role load, where it is paced
  std::uint64_t unpaced_operations = 256;  // of role load, between two looks at the clock
  bool durable = false;                    // an operation ends behind a full barrier
  bool rdtscp = false;                     // and by that reading of the clock
  Slowdown slowdown;                       // injected
};

// Of the backends only those on the host's mapping are known to make no call.
[[nodiscard]] inline bool calls_no_kernel(const DaxDevice& device, std::string_view path) {
  return path == kRootPath && device.facts().host_mapped;
}

// On separate lines: threads share nothing while they are timed.
struct alignas(128) ThreadContext {
  static constexpr std::uint64_t kReadings = 128;  // 1 KiB: a small part of the first-level cache

  Role role = Role::slice;
  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
  LifeTrial* life = nullptr;  // of roles life and user, which have no workload
  unsigned index = 0;
  Histogram
      histogram;  // of operations, or of a probe's chunks; of an open loop from when each was due
  Histogram service;      // of an open loop: from the begin that was possible
  OpenSchedule schedule;  // closed: operations follow each other
  SlotSeries slots;
  LoadPace pace;
  bool idle = false;         // a load thread that is not to load
  bool never_waits = false;  // what it does calls no kernel
  Status status;
  Work work;
  std::uint64_t tried = 0;  // operations; those that failed are not in `work`
  std::uint64_t begin = 0, end = 0;
  std::uint64_t core_ticks = 0;  // the slower of two core probes, before and after
  std::uint64_t late_ticks = 0;  // of the last operation of an open loop, at its begin
  // That the operations stand for: from begin to end, of an open loop the intervals between its
  // arrivals, and what it is late by behind them.
  std::uint64_t rated_ticks = 0;
  Disturbance disturbance;
  int cpu = -1;

  // All operations between two readings of the clock; a full barrier closes them.
  template <typename Clock>
  void time_slice(std::uint64_t operations, const Slowdown& slowdown) {
    begin = Clock::begin();
    tried = operations;
    work = slowdown.chunk == 0 ? workload->run(operations)
                               : Clock::inject_between(*workload, operations, slowdown);
    end = Clock::end_durable();
  }

  // The counter is read once between two operations, and its readings are counted later, a batch of
  // them at once: what is recorded is part of no operation, and waits for none.
  // `kUntil`: the slice ends after `ticks`, not after `operations`.
  template <typename Clock, std::uint64_t (*kEnd)(), bool kUntil>
  void time_operations(std::uint64_t operations, std::uint64_t ticks, const Slowdown& slowdown) {
    std::array<std::uint64_t, kReadings> readings;  // NOLINT: each is written before it is read
    Work done;
    begin = Clock::begin();
    const std::uint64_t deadline = begin + ticks;
    if (slots.active()) slots.start(begin);
    std::uint64_t left = kUntil ? ~std::uint64_t{0} : operations;
    while (left > 0) {
      const std::uint64_t batch = std::min(left, kReadings);
      const std::uint64_t start = Clock::end_issue();
      std::uint64_t taken = 0;
      while (taken < batch) {
        const Work one = workload->run(1);
        if (slowdown.chunk != 0) Clock::inject(slowdown.multiplications);
        readings[taken] = kEnd();
        done.operations += one.operations;
        done.bytes += one.bytes;
        ++taken;
        if (kUntil && readings[taken - 1] >= deadline) {
          left = taken;
          break;
        }
      }
      count_readings(start, {readings.data(), taken});
      left -= taken;
      tried += taken;
    }
    work = done;
    end = Clock::end_durable();
    if (slots.active()) slots.finish(end);
  }

  // Each operation when it is due, or as soon after that as the one before allows; then the rest of
  // the window, which belongs to their rate.
  template <typename Clock, std::uint64_t (*kEnd)()>
  void time_arrivals(std::uint64_t operations) {
    work = {};
    begin = Clock::begin();
    schedule.start(begin);
    if (slots.active()) slots.start(begin);
    for (std::uint64_t i = 0; i < operations; ++i) {
      const std::uint64_t due = schedule.next();
      Clock::wait_until(Clock::now(), due);
      const std::uint64_t start = Clock::begin();
      const Work one = workload->run(1);
      const std::uint64_t now = kEnd();
      histogram.record(now - due);
      service.record(now - start);
      if (slots.active()) slots.record(now, now - due);
      late_ticks = start - due;
      work.operations += one.operations;
      work.bytes += one.bytes;
    }
    tried = operations;
    end = Clock::end_durable();
    const std::uint64_t next_due = schedule.next();
    rated_ticks = schedule.window_ticks() + (end > next_due ? end - next_due : 0);
    end = Clock::wait_until(end, begin + schedule.window_ticks());
    if (slots.active()) slots.finish(end);
  }

  // The counter is read once between two chunks: its lfence waits for the last load of a chunk, and
  // no load of the next begins before that.
  template <typename Clock>
  void probe(std::uint64_t ticks, std::uint64_t chunk) {
    begin = Clock::begin();
    const std::uint64_t deadline = begin + ticks;
    std::uint64_t before = begin;
    while (before < deadline) {
      const Work one = workload->run(chunk);
      const std::uint64_t now = Clock::end_issue();
      histogram.record(now - before);
      before = now;
      work.operations += one.operations;
    }
    end = before;
  }

  template <typename Clock>
  void load(std::uint64_t ticks, std::uint64_t group, std::uint64_t unpaced) {
    begin = Clock::begin();
    const std::uint64_t deadline = begin + ticks;
    std::uint64_t now = begin;
    pace.start(now);
    const std::uint64_t operations = pace.limited() ? group : unpaced;
    while (now < deadline && !idle) {
      const Work part = workload->run(operations);
      work.operations += part.operations;
      work.bytes += part.bytes;
      if (part.operations != operations) [[unlikely]] {
        status = runtime_error("the load stopped: {}", workload->failure());
        break;
      }
      now = Clock::now();
      if (!pace.limited()) continue;
      now = Clock::wait_until(now, std::min(pace.after_group(now), deadline));
    }
    end = idle ? deadline : Clock::end_durable();
  }

  void live(std::uint64_t operations) {
    begin = tsc_begin();
    for (std::uint64_t i = 0; i < operations; ++i) {
      life->arrange(index);
      const std::uint64_t start = tsc_begin();
      life->act(index);
      const std::uint64_t now = tsc_end_issue();
      life->settle(index);
      if (role == Role::user) continue;
      histogram.record(now - start);
      rated_ticks += now - start;
      ++work.operations;
    }
    tried = operations;
    end = tsc_end_durable();
  }

  // A life's threads wait for each other: they have the counter alone.
  template <typename Clock = TscClock>
  void run(const SliceTask& task) {
    const Disturbance before = Clock::disturbance();
    core_ticks = Clock::probe_core();
    work = {};
    rated_ticks = tried = 0;
    switch (role) {
      case Role::slice:
      case Role::server:
        time_slice<Clock>(task.operations, task.slowdown);
        break;
      case Role::operation:
        if constexpr (Clock::kVirtual) {
          time_operations<Clock, Clock::end_issue, Clock::end_durable>(task);
        } else {
          task.rdtscp ? time_operations<Clock, tsc_end_issue_rdtscp, tsc_end_durable_rdtscp>(task)
                      : time_operations<Clock, tsc_end_issue, tsc_end_durable>(task);
        }
        break;
      case Role::arrivals:
        if constexpr (Clock::kVirtual) {
          time_arrivals<Clock, Clock::end_issue, Clock::end_durable>(task);
        } else {
          task.rdtscp ? time_arrivals<Clock, tsc_end_issue_rdtscp, tsc_end_durable_rdtscp>(task)
                      : time_arrivals<Clock, tsc_end_issue, tsc_end_durable>(task);
        }
        break;
      case Role::probe:
        probe<Clock>(task.ticks, task.operations_a_chunk);
        break;
      case Role::load:
        load<Clock>(task.ticks, task.operations_a_group, task.unpaced_operations);
        break;
      case Role::life:
      case Role::user:
        live(task.operations);
        break;
    }
    core_ticks = std::max(core_ticks, Clock::probe_core());
    disturbance = Clock::disturbance().since(before);
    if (never_waits) disturbance.count_stops();
    cpu = sched_getcpu();
    if (rated_ticks == 0) rated_ticks = end - begin;
    const bool counted = role != Role::probe && role != Role::load && life == nullptr;
    if (counted && work.operations != tried) {
      status = runtime_error("only {} of {} operations were done: {}", work.operations, tried,
                             workload->failure());
    }
  }

  template <typename Clock, std::uint64_t (*kIssue)(), std::uint64_t (*kDurable)()>
  void time_operations(const SliceTask& task) {
    task.durable ? time_operations<Clock, kDurable>(task) : time_operations<Clock, kIssue>(task);
  }
  template <typename Clock, std::uint64_t (*kEnd)()>
  void time_operations(const SliceTask& task) {
    task.ticks == 0 ? time_operations<Clock, kEnd, false>(task.operations, 0, task.slowdown)
                    : time_operations<Clock, kEnd, true>(0, task.ticks, task.slowdown);
  }
  template <typename Clock, std::uint64_t (*kIssue)(), std::uint64_t (*kDurable)()>
  void time_arrivals(const SliceTask& task) {
    task.durable ? time_arrivals<Clock, kDurable>(task.operations)
                 : time_arrivals<Clock, kIssue>(task.operations);
  }

  // There is one operation between each reading and the one before it.
  void count_readings(std::uint64_t start, std::span<const std::uint64_t> readings) {
    for (const std::uint64_t now : readings) {
      histogram.record(now - start);
      if (slots.active()) slots.record(now, now - start);
      start = now;
    }
  }

  void forget_latencies() {
    histogram.clear();
    service.clear();
  }
};

}  // namespace pmembench
