// The worker process: opens one device and runs cells on it as the coordinator asks.
#pragma once

#include <span>
#include <string_view>

#include "base/unique_fd.hpp"
#include "dax/audit_book.hpp"
#include "dax/registry.hpp"

namespace pmembench {

// Serves until "quit" or end of file; returns the exit status (0, or 4 when the protocol broke).
// What it made is removed when it returns. `audits`: on which a claim of `durable` rests. `version`
// is the program's, for "hello".
int serve_worker(UniqueFd in, UniqueFd out, std::span<const dax_operations* const> builtins,
                 const AuditBook& audits = {}, std::string_view version = "unknown");

}  // namespace pmembench
