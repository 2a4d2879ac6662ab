#include "workloads/line_copy.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

TEST(LineCopy, copies_every_length_at_every_offset_and_nothing_else) {
  const LineCopy copy = line_copy_for_this_cpu();
  std::vector<unsigned char> from(512);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<unsigned char>(i * 7 + 1);
  for (std::size_t offset = 0; offset < 64; ++offset) {
    for (std::size_t size = 0; size < 200; ++size) {
      std::vector<unsigned char> to(512, 0xA5);
      copy(to.data() + offset, from.data() + 3, size);
      for (std::size_t i = 0; i < to.size(); ++i) {
        const bool inside = i >= offset && i < offset + size;
        ASSERT_EQ(to[i], inside ? from[3 + i - offset] : 0xA5) << offset << " " << size << " " << i;
      }
    }
  }
}

}  // namespace
}  // namespace pmembench
