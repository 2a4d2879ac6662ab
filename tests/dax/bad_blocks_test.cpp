#include "dax/bad_blocks.hpp"

#include <gtest/gtest.h>

#include <bitset>
#include <string>

#include "base/random.hpp"

namespace pmembench {
namespace {

using Ranges = std::vector<BadRange>;

TEST(BadBlocks, begin_empty) {
  const BadBlocks blocks;
  EXPECT_TRUE(blocks.empty());
  EXPECT_TRUE(blocks.list().empty());
  EXPECT_EQ(blocks.first_in(0, UINT64_MAX), BadBlocks::kNone);
}

TEST(BadBlocks, mark_every_unit_that_a_range_touches) {
  BadBlocks blocks;
  blocks.add(1000, 100);  // bytes 1000..1099: units 1 and 2
  EXPECT_EQ(blocks.list(), (Ranges{{512, 1024}}));
}

TEST(BadBlocks, clear_only_units_that_lie_wholly_inside) {
  BadBlocks blocks;
  blocks.add(0, 2048);
  blocks.clear(100, 1900);  // wholly: units 1 and 2
  EXPECT_EQ(blocks.list(), (Ranges{{0, 512}, {1536, 512}}));
  blocks.clear(0, 511);
  EXPECT_EQ(blocks.list(), (Ranges{{0, 512}, {1536, 512}}));
}

TEST(BadBlocks, merge_ranges_that_touch) {
  BadBlocks blocks;
  blocks.add(0, 512);
  blocks.add(1024, 512);
  EXPECT_EQ(blocks.list().size(), 2U);
  blocks.add(512, 512);
  EXPECT_EQ(blocks.list(), (Ranges{{0, 1536}}));
}

TEST(BadBlocks, find_the_first_bad_byte_also_from_within_a_bad_range) {
  BadBlocks blocks;
  blocks.add(4096, 1024);
  EXPECT_EQ(blocks.first_in(0, 4096), BadBlocks::kNone);
  EXPECT_EQ(blocks.first_in(0, 4097), 4096U);
  EXPECT_EQ(blocks.first_in(4600, 1), 4600U);
  EXPECT_EQ(blocks.first_in(5120, 100), BadBlocks::kNone);
}

TEST(BadBlocks, are_empty_again_once_all_is_cleared) {
  BadBlocks blocks;
  blocks.add(512, 512);
  EXPECT_FALSE(blocks.empty());
  blocks.clear(0, UINT64_MAX);
  EXPECT_TRUE(blocks.empty());
}

TEST(BadBlocks, take_lengths_to_the_end_of_everything) {
  BadBlocks blocks;
  blocks.add(4096, UINT64_MAX);
  EXPECT_EQ(blocks.first_in(0, UINT64_MAX), 4096U);
  EXPECT_EQ(blocks.first_in(UINT64_MAX / 2, 1), UINT64_MAX / 2);
}

TEST(BadBlocks, ignore_an_empty_range) {
  BadBlocks blocks;
  blocks.add(4096, 0);
  EXPECT_TRUE(blocks.empty());
  blocks.add(4096, 512);
  EXPECT_EQ(blocks.first_in(4096, 0), BadBlocks::kNone);
}

// The model: one bit a unit.
class Model {
 public:
  static constexpr std::uint64_t kUnits = 64;
  void add(std::uint64_t offset, std::uint64_t length) {
    for (std::uint64_t byte = offset; byte < offset + length; ++byte) bits_.set(byte / 512);
  }
  void clear(std::uint64_t offset, std::uint64_t length) {
    for (std::uint64_t unit = 0; unit < kUnits; ++unit) {
      if (unit * 512 >= offset && (unit + 1) * 512 <= offset + length) bits_.reset(unit);
    }
  }
  std::uint64_t first_in(std::uint64_t offset, std::uint64_t length) const {
    for (std::uint64_t byte = offset; byte < offset + length; ++byte) {
      if (bits_.test(byte / 512)) return byte;
    }
    return BadBlocks::kNone;
  }
  Ranges list() const {
    Ranges ranges;
    for (std::uint64_t unit = 0; unit < kUnits; ++unit) {
      if (!bits_.test(unit)) continue;
      if (unit > 0 && bits_.test(unit - 1)) {
        ranges.back().length_bytes += 512;
      } else {
        ranges.push_back({unit * 512, 512});
      }
    }
    return ranges;
  }

 private:
  std::bitset<kUnits> bits_;
};

TEST(BadBlocks, do_as_a_bitmap_does_under_any_sequence) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    BadBlocks blocks;
    Model model;
    for (int step = 0; step < 200; ++step) {
      const std::uint64_t offset = random.below(Model::kUnits * 512);
      const std::uint64_t length =
          random.below(std::min(Model::kUnits * 512 - offset, std::uint64_t{4096}) + 1);
      if (random.below(2) == 0) {
        blocks.add(offset, length);
        model.add(offset, length);
      } else {
        blocks.clear(offset, length);
        model.clear(offset, length);
      }
      ASSERT_EQ(blocks.list(), model.list()) << "step " << step;
      ASSERT_EQ(blocks.empty(), model.list().empty());
      const std::uint64_t at = random.below(Model::kUnits * 512);
      const std::uint64_t reach = random.below(Model::kUnits * 512 - at + 1);
      ASSERT_EQ(blocks.first_in(at, reach), model.first_in(at, reach)) << at << " " << reach;
    }
  }
}

}  // namespace
}  // namespace pmembench
