// What a whole row must obey before its numbers may be printed. src/run/checks.hpp asks the same of
// one process; here intervals say how far a contradiction may be chance.
#pragma once

#include <string>

#include "results/row_parts.hpp"

namespace pmembench {

// The contradiction as a sentence; empty: none.
//
// Ceiling: the lower end of the bandwidth's interval is above 1.25 times what the threads' CPUs
// load from their first-level caches, as measured in the same processes.
//
// Little's law: N threads that each have one operation in flight cannot have more than N. The rate
// of each process, over its kept slices, and its mean latency without the slowest 2 % (a stall that
// was repeated away is in the histogram still) give its operations in flight; if their interval
// over the processes is entirely above 1.1 N, one of the two is wrong. Closed loops alone are
// asked. Processes that lost more than a twentieth of their slices are left out: what was kept is
// not what was timed then.
std::string contradiction_of(const Cell& cell, const std::vector<Replicate>& replicates,
                             const Row& row, double confidence);

}  // namespace pmembench
