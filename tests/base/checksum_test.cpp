// The checksum knows every bit, the length and the seed.
#include "base/checksum.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace pmembench {
namespace {

TEST(Checksum, knows_each_bit_that_turned) {
  std::vector<std::byte> bytes(29, std::byte{0x5A});
  std::set<std::uint64_t> seen{checksum(bytes, 1)};
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    bytes[bit / 8] ^= mask;
    EXPECT_TRUE(seen.insert(checksum(bytes, 1)).second) << bit;
    bytes[bit / 8] ^= mask;
  }
}

TEST(Checksum, tells_lengths_and_seeds_apart) {
  const std::vector<std::byte> zeroes(64);
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length <= zeroes.size(); ++length) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      EXPECT_TRUE(seen.insert(checksum(std::span(zeroes).first(length), seed)).second);
    }
  }
}

TEST(Checksum, of_pieces_is_the_one_of_the_whole) {
  std::vector<std::byte> bytes(203);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  for (const std::size_t piece : {8, 64, 200}) {
    ChecksumOfPieces sum(bytes.size(), 5);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      sum.add(std::span(bytes).subspan(at, std::min(piece, bytes.size() - at)));
    }
    EXPECT_EQ(sum.value(), checksum(bytes, 5)) << piece;
  }
}

}  // namespace
}  // namespace pmembench
