// The worker process: opens one device and runs cells on it as the coordinator asks.
#pragma once

#include <span>

#include "base/unique_fd.hpp"
#include "dax/registry.hpp"

namespace pmembench {

// Serves until "quit" or end of file; returns the exit status (0, or 4 when the protocol broke).
// What it made is removed when it returns.
int serve_worker(UniqueFd in, UniqueFd out, std::span<const dax_operations* const> builtins);

}  // namespace pmembench
