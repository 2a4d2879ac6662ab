// Units that many tests count in.
#pragma once

#include <cstdint>
#include <limits>

namespace pmembench {

inline constexpr std::uint64_t kPage = 4096;
inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace pmembench
