// A checksum for structures on a device: fast, good enough against accidents, no defence against
// malice.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pmembench {

// The checksum of bytes that come in pieces. Each piece but the last is a multiple of 8 bytes.
class ChecksumOfPieces {
 public:
  ChecksumOfPieces(std::uint64_t all_bytes, std::uint64_t seed)
      : hash_(seed ^ (all_bytes * kFactor)) {}
  // One multiplication and one xorshift for 8 bytes.
  void add(std::span<const std::byte> piece) {
    while (!piece.empty()) {
      std::uint64_t word = 0;
      const std::size_t part = std::min(piece.size(), sizeof(word));
      std::memcpy(&word, piece.data(), part);
      hash_ = (hash_ ^ word) * kFactor;
      hash_ ^= hash_ >> 29;
      piece = piece.subspan(part);
    }
  }
  [[nodiscard]] std::uint64_t value() const { return hash_ * kFactor; }

 private:
  static constexpr std::uint64_t kFactor = 0x9FB21C651E98DF25;
  std::uint64_t hash_;
};

// Other seeds are other checksums.
[[nodiscard]] inline std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) {
  ChecksumOfPieces sum(bytes.size(), seed);
  sum.add(bytes);
  return sum.value();
}

}  // namespace pmembench
