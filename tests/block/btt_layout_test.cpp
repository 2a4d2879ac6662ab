#include "block/btt_layout.hpp"

#include "block_fixture.hpp"

namespace pmembench {
namespace {

TEST(BttLayout, uses_all_of_the_space_and_no_more) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t size = (8 + random.below(5000)) * 512 + random.below(2) * (64 << 20);
    const std::uint32_t sector = random.below(2) == 0 ? 512 : 4096;
    const auto lanes = static_cast<std::uint32_t>(random.below(5));
    const Result<BttGeometry> made = btt_geometry(size, sector, lanes);
    if (!made) {
      EXPECT_LT(size, std::uint64_t{lanes + 3} * 4096 + 5 * 4096) << size;
      continue;
    }
    const BttGeometry& geometry = *made;
    EXPECT_EQ(geometry.internal, geometry.external + geometry.lanes);
    EXPECT_GE(geometry.external, 1U);
    EXPECT_TRUE(lanes == 0 || geometry.lanes == lanes);
    EXPECT_LE(geometry.block_offset(geometry.internal), geometry.map_offset);
    EXPECT_LE(geometry.entry_offset(geometry.external), geometry.flog_offset);
    EXPECT_LE(geometry.half_offset(geometry.lanes, 0), geometry.copy_offset);
    EXPECT_LE(geometry.copy_offset + kBttInfoBytes, size);
    EXPECT_LT(size - geometry.copy_offset - kBttInfoBytes, 2 * kBttInfoBytes + sector);
    for (const std::uint64_t part :
         {geometry.data_offset, geometry.map_offset, geometry.flog_offset, geometry.copy_offset}) {
      EXPECT_EQ(part % 4096, 0U);
    }
    const BttInfo info = decode_info(encode_info(geometry), size);
    EXPECT_EQ(info.state, BttInfoState::good);
    EXPECT_EQ(info.geometry, geometry);
  }
}

TEST(BttLayout, takes_as_many_lanes_as_fit_well) {
  EXPECT_EQ(btt_geometry(1 << 20, 4096, 0)->lanes, 4U);
  EXPECT_EQ(btt_geometry(64 << 10, 4096, 0)->lanes, 1U);
  EXPECT_EQ(btt_geometry(std::uint64_t{1} << 30, 4096, 0)->lanes, 256U);
}

TEST(BttLayout, refuses_what_does_not_fit) {
  EXPECT_EQ(message_of(btt_geometry(16384, 4096, 2)),
            "a btt with 2 lanes and sectors of 4096 bytes does not fit into 16384 bytes; make it "
            "larger");
  EXPECT_EQ(message_of(btt_geometry(100, 512, 0)),
            "a btt with 1 lane and sectors of 512 bytes does not fit into 100 bytes; make it "
            "larger");
  EXPECT_EQ(message_of(btt_geometry(1 << 30, 512, 257)),
            "a btt cannot have 257 lanes; give at most 256");
}

TEST(BttLayout, ends_an_arena_at_512_gib) {
  const auto geometry = btt_geometry(std::uint64_t{1} << 40, 512, 0);
  ASSERT_TRUE(geometry);
  EXPECT_LE(geometry->copy_offset, kBttMostBytes);
  EXPECT_LE(geometry->internal, BttEntry::kBlock);
}

// The places of struct btt_sb, from the kernel's header.
TEST(BttLayout, has_the_fields_of_the_kernel_at_their_places) {
  const BttGeometry geometry = *btt_geometry(1 << 20, 4096, 4);
  const BttInfoBlock block = encode_info(geometry);
  const auto u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, block.data() + at, 4);
    return value;
  };
  EXPECT_EQ(std::memcmp(block.data(), "BTT_ARENA_INFO\0\0", 16), 0);
  EXPECT_EQ(u32(52), 2U) << "version 2.0";
  EXPECT_EQ(u32(56), 4096U);
  EXPECT_EQ(u32(60), geometry.external);
  EXPECT_EQ(u32(68), geometry.internal);
  EXPECT_EQ(u32(72), 4U);
  EXPECT_EQ(u32(76), 4096U);
  EXPECT_EQ(u32(88), geometry.data_offset);
  EXPECT_EQ(u32(112), geometry.copy_offset);
}

TEST(BttLayout, tells_a_torn_block_from_a_newer_and_a_foreign_one) {
  const BttGeometry geometry = *btt_geometry(1 << 20, 4096, 4);
  const BttInfoBlock good = encode_info(geometry);
  for (std::size_t at = 16; at < good.size(); at += 97) {
    BttInfoBlock torn = good;
    torn[at] ^= std::byte{1};
    EXPECT_EQ(decode_info(torn, 1 << 20).state, BttInfoState::torn) << at;
  }
  BttInfoBlock foreign = good;
  foreign[3] = std::byte{'X'};
  EXPECT_EQ(decode_info(foreign, 1 << 20).state, BttInfoState::foreign);
  EXPECT_EQ(decode_info(good, geometry.copy_offset).state, BttInfoState::inconsistent)
      << "the slice is too short for it";
}

TEST(BttLayout, reads_entries_as_the_kernel_does) {
  EXPECT_EQ(BttEntry::block_of(0, 7), 7U);
  EXPECT_EQ(BttEntry::block_of(BttEntry::written(3), 7), 3U);
  EXPECT_EQ(BttEntry::block_of(BttEntry::failed(3), 7), 3U);
  EXPECT_EQ(BttEntry::written(3), 0xC0000003U);
  EXPECT_TRUE(BttEntry::is_failed(0x40000003U));
  EXPECT_TRUE(BttEntry::is_zero(0x80000003U));
  EXPECT_FALSE(BttEntry::is_failed(BttEntry::written(3)) || BttEntry::is_zero(0));
}

TEST(BttLayout, orders_the_sequence_numbers_in_a_ring) {
  EXPECT_EQ(next_sequence(1), 2U);
  EXPECT_EQ(next_sequence(3), 1U);
  EXPECT_EQ(newest_half(1, 0), 0);
  EXPECT_EQ(newest_half(0, 1), 1);
  for (const auto& [older, newer] : {std::pair<unsigned, unsigned>{1, 2}, {2, 3}, {3, 1}}) {
    EXPECT_EQ(newest_half(older, newer), 1);
    EXPECT_EQ(newest_half(newer, older), 0);
  }
  for (const auto& [one, other] : {std::pair<unsigned, unsigned>{0, 0}, {2, 2}, {4, 1}, {1, 9}}) {
    EXPECT_EQ(newest_half(one, other), -1);
  }
}

}  // namespace
}  // namespace pmembench
