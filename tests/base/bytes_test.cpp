// Structures as bytes.
#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pmembench {
namespace {

struct Pair {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
};

TEST(Bytes, are_loaded_from_any_offset_as_they_were_taken) {
  const Pair pair{7, 0x01020304};
  std::array<std::byte, 20> image{};
  const auto bytes = bytes_of(pair);
  ASSERT_EQ(bytes.size(), sizeof pair);
  std::copy(bytes.begin(), bytes.end(), image.begin() + 3);
  EXPECT_EQ(load<Pair>(image, 3).first, 7U);
  EXPECT_EQ(load<Pair>(image, 3).second, 0x01020304U);
  EXPECT_EQ(load<std::uint8_t>(image, 7), 4U);
}

TEST(Bytes, are_zero_where_none_of_them_is_not) {
  std::array<std::byte, 9> image{};
  EXPECT_TRUE(all_zero(image));
  EXPECT_TRUE(all_zero({}));
  image.back() = std::byte{1};
  EXPECT_FALSE(all_zero(image));
}

}  // namespace
}  // namespace pmembench
