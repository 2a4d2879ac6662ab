// CRC-32 is zlib's, whatever the length and however the bytes are cut.
#include "base/crc32.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string_view>
#include <vector>

namespace pmembench {
namespace {

std::uint32_t crc_of(std::string_view text, std::uint32_t crc = 0) {
  return crc32(std::as_bytes(std::span(text)), crc);
}

TEST(Crc32, is_that_of_zlib) {
  EXPECT_EQ(crc_of(""), 0U);
  EXPECT_EQ(crc_of("123456789"), 0xCBF43926U);
  EXPECT_EQ(crc_of("The quick brown fox jumps over the lazy dog"), 0x414FA339U);
}

TEST(Crc32, does_not_depend_on_how_the_bytes_are_cut) {
  const std::string_view text = "The quick brown fox jumps over the lazy dog";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc_of(text.substr(cut), crc_of(text.substr(0, cut))), crc_of(text)) << cut;
  }
}

TEST(Crc32, knows_each_bit_that_turned) {
  std::vector<std::byte> bytes(29, std::byte{0x5A});
  std::set<std::uint32_t> seen{crc32(bytes)};
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto mask = static_cast<std::byte>(1U << (bit % 8));
    bytes[bit / 8] ^= mask;
    EXPECT_TRUE(seen.insert(crc32(bytes)).second) << bit;
    bytes[bit / 8] ^= mask;
  }
}

}  // namespace
}  // namespace pmembench
