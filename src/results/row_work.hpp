// What a row's workload does, in words, whatever moves its bytes: rows of the same work are
// compared.
#pragma once

#include <string>

#include "record/row.hpp"

namespace pmembench {

// A parameter that a path has for itself.
[[nodiscard]] bool is_path_key(const std::string& key);

// "random access=write operation_size=4K, 1 thread": the workload with its keys that are not at
// their defaults, threads, placement if it is not "near", and how latency was taken.
[[nodiscard]] std::string work_of(const Row& row);

}  // namespace pmembench
