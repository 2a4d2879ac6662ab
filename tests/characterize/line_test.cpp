#include "characterize/line.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

std::vector<PairSlices> planted_pairs(std::uint64_t line, double gain, double noise, unsigned count,
                                      std::uint64_t seed) {
  Random random(seed);
  const auto factor = [&] {
    double normal = -6;
    for (int i = 0; i < 12; ++i) normal += random.unit();
    return std::exp(noise * normal) * (random.unit() < 0.15 ? 1 + 3 * random.unit() : 1);
  };
  std::vector<PairSlices> all;
  for (std::uint64_t distance = 64; distance <= 16384; distance *= 2) {
    PairSlices slices{distance, {}, {}};
    for (unsigned i = 0; i < count; ++i) {
      slices.near_ns.push_back(600 * (distance < line ? 1 - gain : 1) * factor());
      slices.far_ns.push_back(600 * factor());
    }
    all.push_back(slices);
  }
  return all;
}

TEST(Line, is_the_planted_one) {
  for (const double noise : {0.03, 0.10}) {
    for (std::uint64_t line = 64; line <= 8192; line *= 2) {
      const Inference result = infer_line("read_line", planted_pairs(line, 0.25, noise, 150, line));
      ASSERT_TRUE(result.determined) << line << ": " << result.reason;
      EXPECT_EQ(result.value, static_cast<double>(line));
    }
  }
}

TEST(Line, that_gains_a_twentieth_is_none) {
  const Inference result = infer_line("read_line", planted_pairs(4096, 0.02, 0.01, 150, 2));
  ASSERT_TRUE(result.determined);
  EXPECT_EQ(result.value, 64);
}

TEST(Line, is_not_determined_where_noise_leaves_room_for_it) {
  const Inference result = infer_line("read_line", planted_pairs(256, 0.1, 0.8, 30, 3));
  EXPECT_FALSE(result.determined);
  EXPECT_NE(result.reason.find("noise"), std::string::npos);
}

TEST(Line, may_be_longer_than_what_was_tried) {
  const Inference result = infer_line("read_line", planted_pairs(65536, 0.3, 0.03, 60, 4));
  EXPECT_FALSE(result.determined);
  EXPECT_EQ(result.reason, "the line is longer than the longest distance tried");
}

TEST(Line, wants_pairs) {
  EXPECT_FALSE(infer_line("read_line", planted_pairs(256, 0.3, 0.03, 5, 4)).determined);
}

}  // namespace
}  // namespace pmembench
