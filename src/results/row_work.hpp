// What a row's workload does, in words, independent of what moves its bytes: rows of the same work
// are compared.
#pragma once

#include <string>

#include "record/row.hpp"

namespace pmembench {

// A parameter that a path has for itself.
[[nodiscard]] bool is_path_key(const std::string& key);

// "random access=write operation_size=4K, 1 thread": the workload with its keys that are not at
// their defaults, threads, placement if it is not "near", and how latency was taken.
[[nodiscard]] std::string work_of(const Row& row);

// Its medium is memory: not a block device, not a mounted file system.
[[nodiscard]] bool is_memory(const Row& row);

// Is each of its writes durable when it returns, or would it be on what it stands for: a model?
[[nodiscard]] bool makes_durable(const Row& row);

// The backend's stores stay in the caches and nothing writes them back: durable only if the caches
// survive a power cut, which this medium does not promise.
[[nodiscard]] bool stays_in_caches(const Row& row);

}  // namespace pmembench
