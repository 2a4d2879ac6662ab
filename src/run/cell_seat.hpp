// CellSeat: what one thread of a cell owns, and how it times its operations.
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
#include "run/plant.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// On lines of its own: threads share nothing while they are timed.
struct alignas(128) CellSeat {
  static constexpr std::uint64_t kReadings = 128;  // 1 KiB: a small part of the first-level cache

  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
  Histogram histogram;    // in an open loop from the intended begin
  Histogram service;      // of an open loop: from the begin that was possible
  OpenSchedule schedule;  // closed: operations follow each other
  SlotSeries slots;
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

  void run(std::uint64_t operations, const Cell& cell, const Plant& plant) {
    const Disturbance before = disturbance_so_far();
    const bool durable = cell.latency_mode == "durable";
    core_ticks = core_probe_ticks();
    if (cell.timing == Timing::slice) {
      time_slice(operations, plant);
    } else if (schedule.open()) {
      durable ? time_arrivals<tsc_end_durable>(operations)
              : time_arrivals<tsc_end_issue>(operations);
    } else {
      durable ? time_operations<tsc_end_durable>(operations, plant)
              : time_operations<tsc_end_issue>(operations, plant);
    }
    core_ticks = std::max(core_ticks, core_probe_ticks());
    const Disturbance after = disturbance_so_far();
    disturbance = {after.switches - before.switches, after.faults - before.faults};
    cpu = sched_getcpu();
    if (work.operations != operations) {
      status = runtime_error("only {} of {} operations were done: {}", work.operations, operations,
                             workload->failure());
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
