#include "workloads/access_pattern.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <cmath>
#include <map>
#include <set>

namespace pmembench {
namespace {

std::vector<std::uint64_t> offsets(dax_iter iter, std::uint64_t count) {
  std::vector<std::uint64_t> result;
  for (std::uint64_t i = 0; i < count; ++i) result.push_back(dax_iter_next(&iter));
  return result;
}

TEST(AccessPattern, gives_threads_parts_that_do_not_touch) {
  EXPECT_EQ(position_region(1000, 64, false, 1, 3).offset_bytes, 320u);
  EXPECT_EQ(position_region(1000, 64, false, 1, 3).size_bytes, 320u);
  EXPECT_EQ(position_region(1000, 64, true, 2, 3).offset_bytes, 0u);
  EXPECT_EQ(position_region(1000, 64, true, 2, 3).size_bytes, 960u);
  EXPECT_EQ(position_region(100, 64, false, 0, 2).size_bytes, 0u);
}

TEST(AccessPattern, visits_slots_in_sequence_and_round_again) {
  for (const std::uint64_t slots : {1, 2, 3, 7, 64, 1000, 1023}) {
    const dax_iter iter = sequential_iter({4096, slots * 64}, 64, 0);
    const auto seen = offsets(iter, 3 * slots);
    for (std::uint64_t i = 0; i < seen.size(); ++i) {
      ASSERT_EQ(seen[i], 4096 + (i % slots) * 64) << slots << " slots, step " << i;
    }
  }
}

TEST(AccessPattern, begins_a_sequence_at_a_share_of_the_range) {
  EXPECT_EQ(offsets(sequential_iter({0, 100 * 64}, 64, 0.5), 1).front(), 50u * 64);
}

TEST(AccessPattern, strides_from_range_to_range) {
  EXPECT_EQ(offsets(strided_iter({0, 3 * 4096}, 64, 4096), 4),
            (std::vector<std::uint64_t>{0, 4096, 8192, 0}));
}

TEST(AccessPattern, draws_uniformly_inside_the_region) {
  const std::uint64_t slots = 100;
  std::map<std::uint64_t, int> counts;
  for (const std::uint64_t offset : offsets(uniform_iter({640, slots * 64}, 64, 3), 100'000)) {
    ASSERT_GE(offset, 640u);
    ASSERT_LT(offset, 640 + slots * 64);
    ASSERT_EQ(offset % 64, 0u);
    ++counts[offset];
  }
  // Chi squared with 99 degrees of freedom: 160 lies beyond the 99.99 % point.
  double chi = 0;
  for (const auto& [offset, count] : counts) chi += (count - 1000.0) * (count - 1000.0) / 1000.0;
  EXPECT_EQ(counts.size(), slots);
  EXPECT_LT(chi, 160);
}

TEST(AccessPattern, repeats_for_a_seed_and_differs_for_another) {
  const Region region{0, 1 << 20};
  EXPECT_EQ(offsets(uniform_iter(region, 64, 3), 50), offsets(uniform_iter(region, 64, 3), 50));
  EXPECT_NE(offsets(uniform_iter(region, 64, 3), 50), offsets(uniform_iter(region, 64, 4), 50));
}

}  // namespace
}  // namespace pmembench
