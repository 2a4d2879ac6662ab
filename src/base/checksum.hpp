// A checksum for structures on a device: fast, good enough against accidents, no defence against
// malice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pmembench {

// One multiplication and one xorshift for 8 bytes. Other seeds are other checksums.
[[nodiscard]] inline std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) {
  constexpr std::uint64_t kFactor = 0x9FB21C651E98DF25;
  std::uint64_t hash = seed ^ (bytes.size() * kFactor);
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t part = std::min(bytes.size(), sizeof(word));
    std::memcpy(&word, bytes.data(), part);
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 29;
    bytes = bytes.subspan(part);
  }
  return hash * kFactor;
}

}  // namespace pmembench
