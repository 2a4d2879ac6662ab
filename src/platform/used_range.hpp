// How much memory is used by default: enough that the caches do not answer.
#pragma once

#include <cstdint>

#include "platform/topology.hpp"

namespace pmembench {

inline constexpr std::uint64_t kCachesForMemory = 4;  // STREAM's rule for the size of its arrays
inline constexpr std::uint64_t kLeastUsedBytes = std::uint64_t{256} << 20;
// Each process touches what it uses: 16 GiB are a few seconds, by many threads.
inline constexpr std::uint64_t kMostUsedBytes = std::uint64_t{16} << 30;

// kCachesForMemory times the caches, in whole pages of 2 MiB and within these bounds; never more
// than a quarter of the host's memory, where that is known.
[[nodiscard]] std::uint64_t used_range_bytes(std::uint64_t cache_bytes, const Topology& topology);

}  // namespace pmembench
