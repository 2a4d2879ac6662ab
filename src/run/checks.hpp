// Checks: what a result must obey before it may be printed. Each refusal says why.
#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace pmembench {

// Twice the operations must take clearly longer: at least 1.3 times. Less means that the work was
// not done (a compiler or a backend deleted it).
Status check_time_grows(std::uint64_t operations, double once_ns, double twice_ns);

// Nothing moves more bytes than `threads` CPUs can load from their first-level caches
// (`ceiling_bytes_per_s` of one CPU, measured in the same worker), with a quarter to spare for
// frequency changes between the two measurements.
Status check_ceiling(double bytes_per_s, double ceiling_bytes_per_s, unsigned threads);

// Operations a second of `threads` threads that together worked for `thread_time_ns`. Where they
// worked for unequal times, one of them preempted say, the sum of each one's own rate is larger: it
// is that of a moment in which all run, and no rate to hold against a mean latency.
[[nodiscard]] double rate_over_thread_time(double operations, double thread_time_ns,
                                           unsigned threads);

// Little's law (J. Little, Operations Research 9(3), 1961): operations in flight = rate x latency.
// A closed loop of `threads` threads with one operation each in flight cannot have more than
// `threads`; 5 % and the clock's step are allowed for.
Status check_littles_law(double operations_per_s, double mean_latency_ns, unsigned threads,
                         double step_ns);

// Bytes per second that one CPU loads from a 16 KiB buffer with its widest vectors: the best of a
// few short rounds.
double measure_load_ceiling(double ns_per_tick);

}  // namespace pmembench
