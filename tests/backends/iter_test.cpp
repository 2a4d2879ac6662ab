#include "backends/iter.h"

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

TEST(Iter, jumps_to_where_stepping_leads) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 200; ++round) {
    dax_iter iter{};
    iter.state = random();
    iter.multiplier = round % 3 == 0 ? 1 : random();
    iter.increment = random();
    iter.slots = 1 + random() % 1000;
    iter.count = random() % 3000;
    dax_iter stepped = iter;
    const std::uint64_t ranges = iter.count;
    for (std::uint64_t range = 0; range < ranges; ++range) dax_iter_next(&stepped);
    ASSERT_EQ(state_after(iter, ranges), stepped.state) << round;
    skip_ranges(&iter, ranges);
    ASSERT_EQ(iter.state, stepped.state);
    ASSERT_EQ(iter.count, 0U);
  }
}

TEST(Iter, sees_what_is_aligned) {
  dax_iter iter = one_range(64, 128, nullptr);
  iter.granule_bytes = 192;
  alignas(64) std::array<unsigned char, 64> memory{};
  EXPECT_TRUE(ranges_are_lines(memory.data(), iter));
  EXPECT_FALSE(ranges_are_lines(memory.data() + 1, iter));
  for (std::uint64_t dax_iter::*field :
       {&dax_iter::offset_bytes, &dax_iter::granule_bytes, &dax_iter::size_bytes}) {
    dax_iter off = iter;
    off.*field += 32;
    EXPECT_FALSE(ranges_are_lines(memory.data(), off));
    EXPECT_TRUE(ranges_are_aligned(off, 32));
  }
}

}  // namespace
}  // namespace pmembench
