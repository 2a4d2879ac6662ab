#include "platform/used_range.hpp"

#include <algorithm>

namespace pmembench {
namespace {

constexpr std::uint64_t kPageBytes = std::uint64_t{2} << 20;
constexpr std::uint64_t kShareOfMemory = 4;

}  // namespace

std::uint64_t used_range_bytes(std::uint64_t cache_bytes, const Topology& topology) {
  const std::uint64_t caches = std::min(cache_bytes, kMostUsedBytes);
  const std::uint64_t wanted =
      (kCachesForMemory * caches + kPageBytes - 1) / kPageBytes * kPageBytes;
  const std::uint64_t bytes = std::clamp(wanted, kLeastUsedBytes, kMostUsedBytes);
  std::uint64_t memory_bytes = 0;
  for (const NumaNode& node : topology.nodes) memory_bytes += node.memory_bytes.value_or(0);
  if (memory_bytes == 0) return bytes;
  const std::uint64_t share = memory_bytes / kShareOfMemory / kPageBytes * kPageBytes;
  return std::max(std::min(bytes, share), kPageBytes);
}

}  // namespace pmembench
