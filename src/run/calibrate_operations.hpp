// How many operations a slice has, found by doing them.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.hpp"

namespace pmembench {

// Does `operations` and returns how long they took, in nanoseconds.
using TimeOfOperations = std::function<Result<double>(std::uint64_t operations)>;

// Returns the operations that take `slice_ns`, at least 1. Fails where `time_of` fails, and where
// time does not grow with work: then the work is not being done (Google Benchmark and nanobench
// find their counts by the same doubling). A cost that does not depend on the count, such as
// threads that wake, does not hide growth: counts are raised until the time is long compared with
// it.
Result<std::uint64_t> calibrate_operations(std::uint64_t slice_ns, const TimeOfOperations& time_of);

}  // namespace pmembench
