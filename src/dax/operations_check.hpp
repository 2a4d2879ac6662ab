// operations_check: what every backend's table must fulfil before anything in it is called.
#pragma once

#include "backends/dax_operations.h"
#include "base/result.hpp"

namespace pmembench {

// Room for the reason that a backend writes.
inline constexpr std::size_t kReasonBytes = 512;

// The table at its full size: fields that `operations->struct_size` does not reach are zero, fields
// beyond what this host knows are left out. Strings and functions stay the backend's. Calls
// nothing.
//
// Refuses, each with its own sentence: null, a foreign magic, another ABI (both versions), too
// short, a bad name, an operation that is missing (named), open without close, direct access
// without its operation, no media, granularities of 0.
Result<dax_operations> complete_operations(const dax_operations* operations);

// Runs the backend's probe in this process. Empty: it can run; else its reason, never empty.
std::string probe_operations(const dax_operations& operations, const dax_host_info& host);

}  // namespace pmembench
