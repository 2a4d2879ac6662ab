// Names of a directory, in memory and as on the device.
#include "fs/directory.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pmembench::fs {
namespace {

TEST(Directory, fills_its_lines_and_then_asks_for_another_block) {
  Directory directory;
  EXPECT_EQ(directory.place_for(3).lines, 0);
  directory.add_blocks(1);
  for (int i = 0; i < 64; ++i) {
    const EntryPlace place = directory.place_for(3);
    ASSERT_EQ(place.lines, 1);
    directory.add("n" + std::to_string(i), {1, 1, place});
  }
  EXPECT_EQ(directory.place_for(3).lines, 0);
  directory.remove("n7");
  directory.remove("n9");
  EXPECT_EQ(directory.place_for(100).lines, 0) << "two lines, but not in a row";
  directory.remove("n8");
  EXPECT_EQ(directory.place_for(100).line, 7);
  EXPECT_EQ(directory.find("n8"), nullptr);
  EXPECT_EQ(directory.size(), 61);
}

TEST(Directory, reads_what_it_wrote_and_knows_damage) {
  std::array<std::byte, kBlockBytes> block{};
  const std::string name(255, 'x');
  EXPECT_EQ(lines_for(name.size()), 5);
  EXPECT_EQ(lines_for(48), 1);
  EXPECT_EQ(lines_for(49), 2);
  encode_entry(std::span(block).subspan(64, 320), name, 9, 2, 1);
  const ReadEntry read = read_entry(block, {3, 1, 0}, 1);
  EXPECT_EQ(read.problem, nullptr);
  EXPECT_EQ(read.name, name);
  EXPECT_EQ(read.entry.inode, 9U);
  EXPECT_EQ(read.entry.generation, 2U);
  EXPECT_EQ(read.entry.place.block, 3U);
  EXPECT_EQ(read.entry.place.line, 1);
  EXPECT_EQ(read.entry.place.lines, 5);
  EXPECT_EQ(read_entry(block, {3, 0, 0}, 1).entry.inode, 0U) << "a free line";
  // Of the lines from the first on.
  const auto problem = [&](std::uint32_t directory) -> std::string {
    for (std::uint16_t line = 0; line < kSlotsPerBlock;) {
      const ReadEntry one = read_entry(block, {0, line, 0}, directory);
      if (one.problem != nullptr) return one.problem;
      line = static_cast<std::uint16_t>(line + one.entry.place.lines);
    }
    return "";
  };
  EXPECT_EQ(problem(2), "an entry's checksum is wrong") << "it belongs to another directory";
  block[200] ^= std::byte{1};
  EXPECT_EQ(problem(1), "an entry's checksum is wrong");
  block[64 + 14] = std::byte{7};
  EXPECT_EQ(problem(1), "an entry has no possible length");
  block = {};
  block[640] = std::byte{0};
  block[645 + 30] = std::byte{1};
  EXPECT_EQ(problem(1), "a free line is not zero");
}

}  // namespace
}  // namespace pmembench::fs
