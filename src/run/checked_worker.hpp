// CheckedWorker: no runner believes what a worker reports before it could be true.
#pragma once

#include <memory>

#include "run/worker_link.hpp"

namespace pmembench {

// Passes all requests on and checks each answer, so that run, gate, curve and slo refuse the same:
// numbers that are none, zero or of no machine (a tick, a ceiling, a time); no work, or more than
// was asked for; bytes above the ceiling of a CPU's first-level cache; latencies of more operations
// than were done, or so long that more must have been under way than there are threads. The worker
// checks itself as well, but it may be another version, or foreign code may have written over it.
std::unique_ptr<WorkerLink> checked(std::unique_ptr<WorkerLink> worker);

}  // namespace pmembench
