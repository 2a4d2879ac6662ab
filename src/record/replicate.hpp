// Replicate: what one worker process measured of one cell. Plain data, from the runner to the
// store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/histogram.hpp"
#include "measure/timer.hpp"
#include "record/medium.hpp"

namespace pmembench {

// Was the core shared? From probes in registers next to each slice (measure/core_probe.hpp).
struct CoreDetails {
  double shared_share = 0;  // of the slices
  double slowdown = 1;      // median of those: how many times as long the probe took as its best
};

// A probe during a load (workload loaded).
struct LoadedDetails {
  std::uint64_t chunk = 1;         // loads between two readings of the clock
  double asked_bytes_per_s = 0;    // 0: as much as they can
  double maximum_bytes_per_s = 0;  // what load_share 100 stands for; 0: not needed
  unsigned load_threads = 0;
  std::vector<double> slice_bytes_per_s;  // what the load moved, by kept slice
  double bytes_per_s = 0;                 // their median
  // Of a point of a curve: did bandwidth and latency stop changing, and are they known well enough?
  struct Steady {
    bool steady = true;
    bool within_precision = true;
    std::uint64_t dropped_slices = 0;
    double bandwidth_half_width = 0, latency_half_width = 0;  // relative
    double bandwidth_lag1 = 0;
    double bandwidth_trend = 0, latency_trend = 0;
  };
  std::optional<Steady> steady;
};

// Operations that begin at a rate.
struct OpenLoopDetails {
  std::string arrival;           // "fixed", "poisson"
  double asked_per_s = 0;        // of all threads
  double closed_loop_per_s = 0;  // what they do without waiting
  // Of a rate that was asked for as a share of it: its interval over processes.
  double closed_loop_low_per_s = 0, closed_loop_high_per_s = 0;
  double ns_per_tick = 0;
  Histogram service;          // in ticks, from when an operation could begin
  double achieved_per_s = 0;  // 0: no slice was kept
  double backlog_ns = 0;      // median over slices: how late the last operation began
};

// What returns in a series of time slots.
struct PeriodDetails {
  double period_ns = 0;
  double p_value = 1;
  unsigned harmonics = 0;
  bool found = false;
};

// Operations by the time at which they ended; arrays by slot, NaN where nothing ended.
struct SlotDetails {
  double slot_ns = 0;
  std::vector<std::uint64_t> n;
  std::vector<double> mean_ns, p50_ns, p99_ns, p999_ns, max_ns;
  double last_share = 1;  // of the last slot's length, in which operations could end
  bool cut = false;       // operations ended after the last slot
  std::optional<PeriodDetails> period_of_max, period_of_mean;
};

// The loop by which a backend that has several read.
struct KernelChoice {
  std::string name;
  double margin = 0;  // how much faster than the next one; 0: it was asked for, or as before
};

// One host's part in a replicate that several hosts measured together.
struct ClusterHost {
  std::string host;
  unsigned rank = 0;
  double ns_per_operation = 0;              // median of its counted slices
  std::uint64_t operations = 0, bytes = 0;  // in them
  std::uint64_t slices = 0;                 // counted: wholly inside the common window
  std::uint64_t slices_outside = 0;         // the others
  double busy_share = 0;                    // of the window, inside counted slices
  double late_ns = 0;                       // its first slice, after the agreed start
  double done_ns = 0;                       // its last slice's end, after the agreed start
  // Of its clock against rank 0's: the difference, how far that can be off, and the drift.
  double offset_ns = 0, bound_ns = 0, drift_ppm = 0;
};

// What several hosts measured together: rank 0 waits for all, and only slices inside the window in
// which all of them ran count.
struct ClusterDetails {
  double begin_ns = 0;  // of the window, after the agreed start
  double window_ns = 0;
  std::vector<ClusterHost> hosts;  // all of them, or the only one of a host's own row
};

struct Details {
  TimerFacts timer{.invariant = true};            // invariant unless said otherwise
  std::map<std::string, std::uint64_t> counters;  // of the device and the layers on it
  std::map<std::string, double> figures;          // what the workload found out, by its own names
  std::vector<int> cpus;                          // where the threads were seen to run
  std::string software;  // binary and plugin that measured, with checksums of their content
  std::uint64_t minor_faults = 0, major_faults = 0;  // of pages, in the kept slices
  bool traced = false;                               // a debugger or a tracer held the worker
  double ceiling_bytes_per_s = 0;      // what one CPU loads from its first-level cache; 0: unknown
  std::optional<KernelChoice> kernel;  // absent: it does not read, or has one
  std::optional<CoreDetails> core;
  std::optional<LoadedDetails> loaded;
  std::optional<OpenLoopDetails> open_loop;
  std::optional<SlotDetails> slots;
  std::optional<ClusterDetails> cluster;  // absent: one host measured
  std::string harness;  // what took the times, if not pmembench itself: "Google Benchmark"
};

struct Replicate {
  std::string cell;
  unsigned index = 0;      // which process of its device, from 0
  std::uint64_t seed = 0;  // of the order of cells in this process
  // Of the kept slices, in time order: the inverse of the rates of all threads together.
  std::vector<double> slice_ns_per_operation;
  std::vector<bool>
      slice_disturbed;          // of those: not repeated successfully: kept although disturbed
  std::uint64_t disturbed = 0;  // slices seen disturbed, the repeated ones included
  std::uint64_t operations = 0, bytes = 0;  // in the kept slices
  double median_ns_per_operation = 0;       // the replicate's statistic
  double floor_ns = 0;                      // of an empty clock pair, where operations are timed
  double lag1 = 0;                          // autocorrelation of the slices
  std::uint64_t involuntary_switches = 0;
  double steal_share = 0;
  std::optional<Histogram> histogram;  // in TSC ticks, where operations are timed
  double ns_per_tick = 0;
  MediumFacts medium;
  Details details;
};

}  // namespace pmembench
