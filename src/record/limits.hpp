// Every threshold by which a result is judged, once. docs/methodology.md has the reasons; the
// document `derived` carries those that a page needs.
#pragma once

#include <cstdint>

#include "platform/used_range.hpp"

namespace pmembench::limits {

// A row warns beyond these.
inline constexpr double kDisturbedShare = 0.10;   // of slices: preempted, or unevenly begun
inline constexpr double kStealShare = 0.05;       // of a replicate's time, taken by the hypervisor
inline constexpr double kSharedCoreShare = 0.10;  // of slices during which a core was shared
inline constexpr double kLag1 = 0.5;              // autocorrelation of neighbouring slices
inline constexpr double kOtherLoadShare = 0.05;   // of the CPUs, used by others during the run
inline constexpr double kFaultShare = 0.01;       // of the time, by what faults cost at least
inline constexpr double kMinorFault_ns = 300;     // a page that is there, or is zeroed
inline constexpr double kMajorFault_ns = 5'000;   // a page that is read from a fast device
inline constexpr double kLateShare = 0.01;        // of the common window: a host that began late
// A row warns below these.
inline constexpr double kBusyShare = 0.5;          // of the common window, inside a host's slices
inline constexpr double kHugeShare = 0.9;          // of bytes in huge pages, if asked for
inline constexpr double kNodeShare = 0.95;         // of bytes on the node that was asked for
inline constexpr double kRateKept = 0.99;          // of an open loop's rate, and its inverse above
inline constexpr double kStepsForPercentile = 20;  // steps of the clock in a median
using pmembench::kCachesForMemory;                 // a medium, over the caches

// A core counts as shared beyond this: a busy hardware sibling makes a probe take 1.6 to 2 times as
// long, a step of the clock a tenth longer.
inline constexpr double kSharedCoreSlowdown = 1.25;

// A slice is disturbed if its threads ran together for less than this share of it.
inline constexpr double kOverlap = 0.8;

// A worker is not believed beyond these, which no machine reaches: a CPU's first-level cache gives
// three loads of 64 bytes a cycle, 4e12 bytes a second at 20 GHz.
inline constexpr double kShortestTick_ns = 0.02;
inline constexpr double kLongestTick_ns = 200;
inline constexpr double kFastestOperation_ns = 0.005;  // of one thread
inline constexpr double kMostBytesPerCpu_per_s = 4e12;
inline constexpr double kLittleAtTheGate = 2;  // operations in flight a thread, from sums alone

// A cell is an error beyond these.
inline constexpr double kCeilingMargin = 1.25;    // over the L1 ceiling; frequency may have changed
inline constexpr double kLittleInProcess = 1.05;  // operations in flight a thread, in one process
inline constexpr double kLittleOverProcesses = 1.10;  // the lower end of their interval
inline constexpr double kLostShare = 0.05;  // of slices, beyond which a process is not asked

// A comparison does not judge below the first, nor beyond the others.
inline constexpr unsigned kFewestReplicates = 6;  // on each side: 95 % takes six pairs
inline constexpr double kPageDifference = 0.10;   // of bytes in huge pages, between arms
inline constexpr double kWorkDifference = 0.02;   // of bytes an operation, between arms
inline constexpr double kUnusableShare = 0.10;    // of blocks of either kind, without a result

}  // namespace pmembench::limits
