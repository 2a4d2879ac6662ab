// ThreadContext: what one thread of a cell owns, and how it spends a slice.
#pragma once

#include <sched.h>
#include <x86intrin.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.hpp"
#include "measure/core_probe.hpp"
#include "measure/histogram.hpp"
#include "measure/open_schedule.hpp"
#include "measure/slot_series.hpp"
#include "measure/timer.hpp"
#include "plan/plan.hpp"
#include "run/disturbance.hpp"
#include "run/load_pace.hpp"
#include "run/plant.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// What a thread does in a slice.
enum class Role {
  slice,      // operations, timed together
  operation,  // operations, each timed
  arrivals,   // operations that begin at a rate, each timed
  probe,      // chunks of dependent loads until the slice is over, each chunk timed
  load,       // operations at a pace until the slice is over
};

// One slice, the same for all threads of a cell.
struct SliceTask {
  std::uint64_t operations = 0;          // of roles slice, operation, arrivals
  std::uint64_t ticks = 0;               // of roles probe and load: how long the slice is
  std::uint64_t operations_a_chunk = 1;  // of role probe
  std::uint64_t operations_a_group = 1;  // of role load, where it is paced
  bool durable = false;                  // an operation ends behind a full barrier
  Plant slowdown;                        // injected
};

// On lines of its own: threads share nothing while they are timed.
struct alignas(128) ThreadContext {
  static constexpr std::uint64_t kReadings = 128;  // 1 KiB: a small part of the first-level cache
  static constexpr std::uint64_t kUnpacedOperations =
      256;  // of a load, between two looks at the clock

  Role role = Role::slice;
  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
  Histogram
      histogram;  // of operations, or of a probe's chunks; of an open loop from when each was due
  Histogram service;      // of an open loop: from the begin that was possible
  OpenSchedule schedule;  // closed: operations follow each other
  SlotSeries slots;
  LoadPace pace;
  bool idle = false;  // a load thread that is not to load
  Status status;
  Work work;
  std::uint64_t begin = 0, end = 0;
  std::uint64_t core_ticks = 0;  // the slower of two core probes, before and after
  std::uint64_t late_ticks = 0;  // of the last operation of an open loop, at its begin
  Disturbance disturbance;
  int cpu = -1;

  // All operations between two readings of the clock; a full barrier closes them.
  void time_slice(std::uint64_t operations, const Plant& plant) {
    begin = tsc_begin();
    work = plant.chunk == 0 ? workload->run(operations)
                            : run_planted(*workload, operations, plant).work;
    end = tsc_end_durable();
  }

  // The counter is read once between two operations, and its readings are counted later, a batch of
  // them at once: what is recorded is part of no operation, and waits for none.
  template <std::uint64_t (*kEnd)()>
  void time_operations(std::uint64_t operations, const Plant& plant) {
    std::array<std::uint64_t, kReadings> readings;  // NOLINT: each is written before it is read
    Work done;
    begin = tsc_begin();
    if (slots.active()) slots.start(begin);
    for (std::uint64_t left = operations; left > 0;) {
      const std::uint64_t batch = std::min(left, kReadings);
      const std::uint64_t start = tsc_end_issue();
      for (std::uint64_t i = 0; i < batch; ++i) {
        const Work one = workload->run(1);
        if (plant.chunk != 0) planted_work(plant.multiplications);
        readings[i] = kEnd();
        done.operations += one.operations;
        done.bytes += one.bytes;
      }
      count_readings(start, {readings.data(), batch});
      left -= batch;
    }
    work = done;
    end = tsc_end_durable();
  }

  // Each operation when it is due, or as soon after that as the one before allows.
  template <std::uint64_t (*kEnd)()>
  void time_arrivals(std::uint64_t operations) {
    work = {};
    begin = tsc_begin();
    schedule.start(begin);
    if (slots.active()) slots.start(begin);
    for (std::uint64_t i = 0; i < operations; ++i) {
      const std::uint64_t due = schedule.next();
      while (__rdtsc() < due) _mm_pause();
      const std::uint64_t start = tsc_begin();
      const Work one = workload->run(1);
      const std::uint64_t now = kEnd();
      histogram.record(now - due);
      service.record(now - start);
      if (slots.active()) slots.record(now, now - due);
      late_ticks = start - due;
      work.operations += one.operations;
      work.bytes += one.bytes;
    }
    end = tsc_end_durable();
  }

  // The counter is read once between two chunks: its lfence waits for the last load of a chunk, and
  // no load of the next begins before that.
  void probe(std::uint64_t ticks, std::uint64_t chunk) {
    begin = tsc_begin();
    const std::uint64_t deadline = begin + ticks;
    std::uint64_t before = begin;
    while (before < deadline) {
      const Work one = workload->run(chunk);
      const std::uint64_t now = tsc_end_issue();
      histogram.record(now - before);
      before = now;
      work.operations += one.operations;
    }
    end = before;
  }

  void load(std::uint64_t ticks, std::uint64_t group) {
    begin = tsc_begin();
    const std::uint64_t deadline = begin + ticks;
    std::uint64_t now = begin;
    pace.start(now);
    const std::uint64_t operations = pace.limited() ? group : kUnpacedOperations;
    while (now < deadline && !idle) {
      const Work part = workload->run(operations);
      work.operations += part.operations;
      work.bytes += part.bytes;
      if (part.operations != operations) [[unlikely]] {
        status = runtime_error("the load stopped: {}", workload->failure());
        break;
      }
      now = __rdtsc();
      if (!pace.limited()) continue;
      const std::uint64_t next = std::min(pace.after_group(now), deadline);
      while (now < next) {
        _mm_pause();
        now = __rdtsc();
      }
    }
    end = idle ? deadline : tsc_end_durable();
  }

  void run(const SliceTask& task) {
    const Disturbance before = disturbance_so_far();
    core_ticks = core_probe_ticks();
    work = {};
    switch (role) {
      case Role::slice:
        time_slice(task.operations, task.slowdown);
        break;
      case Role::operation:
        task.durable ? time_operations<tsc_end_durable>(task.operations, task.slowdown)
                     : time_operations<tsc_end_issue>(task.operations, task.slowdown);
        break;
      case Role::arrivals:
        task.durable ? time_arrivals<tsc_end_durable>(task.operations)
                     : time_arrivals<tsc_end_issue>(task.operations);
        break;
      case Role::probe:
        probe(task.ticks, task.operations_a_chunk);
        break;
      case Role::load:
        load(task.ticks, task.operations_a_group);
        break;
    }
    core_ticks = std::max(core_ticks, core_probe_ticks());
    const Disturbance after = disturbance_so_far();
    disturbance = {after.switches - before.switches, after.faults - before.faults};
    cpu = sched_getcpu();
    const bool counted = role != Role::probe && role != Role::load;
    if (counted && work.operations != task.operations) {
      status = runtime_error("only {} of {} operations were done: {}", work.operations,
                             task.operations, workload->failure());
    }
  }

  // One operation lies between each reading and the one before it.
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
