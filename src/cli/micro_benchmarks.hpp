// Google Benchmark, where it was built in: runs kernels under its flags and hands back the times.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// One kernel. Its functions are called from the thread that called run_micro_benchmarks().
struct MicroBenchmark {
  std::string name;
  std::uint64_t bytes_per_operation = 0;              // 0: it moves none
  std::uint64_t batch = 1;                            // operations a call of `run`
  std::function<Status()> begin;                      // before each timed interval; untimed
  std::function<bool(std::uint64_t operations)> run;  // false: it failed, and end() says how
  std::function<Status()> end;                        // checks what was done; untimed
};

struct MicroResult {
  std::vector<double> ns_per_operation;  // one a repetition, by the wall clock
  std::uint64_t operations = 0;
  std::string error;  // why there is no time; empty: there is
};

// Error (environment) where this program was built without the library.
Status micro_benchmarks_available();

// Runs those that `flags` (--benchmark_...) select, and calls `done` after each: its error ends
// what is stored, and is returned at the end. Prints as the flags say, unless `silent`. Refuses
// (usage) a flag that the library does not know. Returns how many were run.
Result<std::size_t> run_micro_benchmarks(
    const std::vector<MicroBenchmark>& benchmarks, const std::vector<std::string>& flags,
    bool silent, const std::function<Status(std::size_t index, const MicroResult&)>& done);

}  // namespace pmembench
