// What no benchmark of memory or storage reports: beyond these a file is refused.
#pragma once

#include <cstdint>
#include <string>

namespace pmembench {

inline constexpr double kLongest_ns = 1e15;         // of one operation: 11 days
inline constexpr double kMostBytes_per_s = 1e15;    // of one machine
inline constexpr double kMostBytes = 1e18;          // moved in one run
inline constexpr double kMostOperations = 1e15;     // in one run, or a second
inline constexpr double kLatestTimestamp_s = 1e10;  // of Unix: the year 2286

// "2026-11-30T03:01:39Z".
[[nodiscard]] std::string utc_text(std::int64_t unix_seconds);

}  // namespace pmembench
