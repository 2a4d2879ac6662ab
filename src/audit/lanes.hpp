// Lanes: jobs divided among a few processes, each on its own CPU. A traced child and its tracer
// take turns, so a pair of them keeps one CPU busy.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// What `job(i)` returned for each i below `jobs`, in order. Job i runs in lane i % lanes; a lane is
// a forked process, so jobs may trace their own children. `done(i)` is called here as results come
// in. Error (runtime): a lane died; it names its first job without a result.
Result<std::vector<std::string>> run_in_lanes(std::size_t jobs, std::size_t lanes,
                                              const std::function<std::string(std::size_t)>& job,
                                              const std::function<void(std::size_t)>& done);

// The CPUs this process may run on.
[[nodiscard]] std::size_t usable_cpus();

}  // namespace pmembench
