#include "workloads/file_content.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace pmembench {
namespace {

std::vector<std::byte> copy_of(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

TEST(FileContent, is_the_same_for_the_same_key_and_place) {
  const auto one = FileContent::make(7, 4096, 8192);
  const auto same = FileContent::make(7, 4096, 8192);
  const auto other = FileContent::make(8, 4096, 8192);
  EXPECT_EQ(copy_of(one->at(3, 100, 8192)), copy_of(same->at(3, 100, 8192)));
  EXPECT_NE(copy_of(one->at(3, 100, 64)), copy_of(other->at(3, 100, 64)));
  EXPECT_NE(copy_of(one->at(3, 100, 64)), copy_of(one->at(4, 100, 64)));
  EXPECT_NE(copy_of(one->at(3, 100, 64)), copy_of(one->at(3, 101, 64)));
}

TEST(FileContent, continues_from_piece_to_piece) {
  const auto content = FileContent::make(1, 1024, 5000);
  const auto whole = copy_of(content->at(9, 0, 5000));
  for (const std::uint64_t offset : {1, 63, 1000, 1024, 3000}) {
    const auto part = copy_of(content->at(9, offset, 100));
    EXPECT_EQ(std::memcmp(part.data(), whole.data() + offset, part.size()), 0) << offset;
  }
}

TEST(FileContent, names_the_first_byte_that_is_wrong) {
  const auto content = FileContent::make(1, 1024, 256);
  std::vector<std::byte> found;
  for (int piece = 0; piece < 3; ++piece) {
    const auto part = content->at(5, static_cast<std::uint64_t>(piece) * 256, 256);
    found.insert(found.end(), part.begin(), part.end());
  }
  EXPECT_TRUE(content->check("/file", 5, 0, found));
  found[600] ^= std::byte{0xFF};
  const Status wrong = content->check("/file", 5, 0, found);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("wrong byte in /file at offset 600: expected 0x"),
            std::string::npos)
      << wrong.error().message;
}

}  // namespace
}  // namespace pmembench
