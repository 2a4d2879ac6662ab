// The injected slowdown of a gate's self-test: real work between the operations of a cell, to see
// whether a gate finds it.
#pragma once

#include <cstdint>

#include "workloads/workload.hpp"

namespace pmembench {

// After every `chunk` operations a full barrier, then a chain of `multiplications`, each waiting
// for the one before, then a wait for the last. The barrier comes first: behind a store fence alone
// the work would hide in the time that stores take to drain (docs/methodology.md).
struct Slowdown {
  std::uint64_t chunk = 0;  // operations; 0: no injected work, not even barriers
  std::uint64_t multiplications = 0;
};

// Operations between two barriers: 16, so that the barrier itself does not drown the operations; 1
// where a slice has too few of them for that.
[[nodiscard]] std::uint64_t slowdown_chunk(std::uint64_t operations_of_a_slice);

// Multiplications whose time is `share` of that of `chunk` operations.
[[nodiscard]] std::uint64_t slowdown_multiplications(double share, double ns_per_operation,
                                                     std::uint64_t chunk,
                                                     double ns_per_multiplication);

struct InjectedRun {
  Work work;
  std::uint64_t slowdowns = 0;  // how often the barrier and the chain were run
  std::uint64_t last_value = 0;
};
// `operations` of the workload, slowdown.chunk > 0, with the injected work after each whole chunk,
// and not after a rest. Ends early if the workload does less than it was asked for.
InjectedRun run_injected(Workload& workload, std::uint64_t operations, const Slowdown& slowdown);
// The same with other work in place of the barrier and the chain.
InjectedRun run_injected(Workload& workload, std::uint64_t operations, const Slowdown& slowdown,
                         void (*inject)(std::uint64_t multiplications));

// The barrier and the chain. Returns the chain's last value: what depends on it was done.
std::uint64_t injected_work(std::uint64_t multiplications);

// The time of one multiplication of the chain on this CPU: the least of a few intervals.
double measure_ns_per_multiplication(double ns_per_tick);

}  // namespace pmembench
