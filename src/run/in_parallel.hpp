// in_parallel: independent parts of some work, done by all CPUs that the caller may use.
#pragma once

#include <cstdint>
#include <functional>

namespace pmembench {

// Calls `part` for 0 to parts - 1, each once, in any order; returns when all are done. Where
// threads cannot be made the caller does their part.
void in_parallel(std::uint64_t parts, const std::function<void(std::uint64_t)>& part);

}  // namespace pmembench
