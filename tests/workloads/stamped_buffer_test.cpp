#include "workloads/stamped_buffer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

TEST(StampedBuffer, differs_by_generation_seed_and_place) {
  auto one = StampedBuffer::make(256, 1);
  auto other = StampedBuffer::make(256, 2);
  ASSERT_TRUE(one && other);
  EXPECT_FALSE(compare_bytes(one->bytes(), other->bytes(), 0));
  const std::vector<unsigned char> before(one->bytes().begin(), one->bytes().end());
  one->stamp(1);
  EXPECT_FALSE(compare_bytes(before, one->bytes(), 0));
  EXPECT_FALSE(compare_bytes(one->bytes().subspan(0, 8), one->bytes().subspan(8, 8), 0));
}

TEST(StampedBuffer, renews_large_buffers_at_each_page) {
  auto buffer = StampedBuffer::make(300 << 10, 1);
  ASSERT_TRUE(buffer);
  const std::vector<unsigned char> before(buffer->bytes().begin(), buffer->bytes().end());
  buffer->stamp(5);
  for (std::size_t page = 0; page < before.size(); page += 4096) {
    EXPECT_NE(std::vector<unsigned char>(before.begin() + static_cast<long>(page),
                                         before.begin() + static_cast<long>(page) + 8),
              std::vector<unsigned char>(buffer->bytes().begin() + static_cast<long>(page),
                                         buffer->bytes().begin() + static_cast<long>(page) + 8));
  }
}

TEST(CompareBytes, names_the_first_byte_that_differs) {
  const std::vector<unsigned char> expected{1, 2, 3, 4}, found{1, 2, 9, 4};
  EXPECT_TRUE(compare_bytes(expected, expected, 0));
  EXPECT_EQ(compare_bytes(expected, found, 100).error().message,
            "wrong byte at device offset 102: expected 0x03, found 0x09; the operation did not do "
            "the work it was timed for");
}

}  // namespace
}  // namespace pmembench
