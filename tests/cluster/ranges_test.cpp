#include "cluster/ranges.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

constexpr std::uint64_t kMiB = 1 << 20;

std::string media(const char* name, Ranges ranges, bool writes, unsigned rank, unsigned ranks) {
  const auto made = media_of_rank(name, ranges, writes, rank, ranks, 0);
  return made ? *made : made.error().message;
}

TEST(Ranges, disjoint_parts_cover_the_medium_without_a_byte_in_two) {
  std::uint64_t end = 8 * kMiB;
  for (unsigned rank = 0; rank < 4; ++rank) {
    const auto spec =
        parse_media(media("file:/x,size=64M,offset=8M", Ranges::disjoint, true, rank, 4));
    ASSERT_TRUE(spec);
    EXPECT_EQ(spec->offset_bytes, end);
    EXPECT_EQ(spec->size_bytes, 16 * kMiB);
    end += spec->size_bytes;
  }
  EXPECT_EQ(end, 72 * kMiB);
}

TEST(Ranges, of_neighbours_a_reader_has_what_the_next_rank_writes) {
  for (unsigned rank = 0; rank < 3; ++rank) {
    EXPECT_EQ(media("file:/x,size=96M", Ranges::neighbour, false, rank, 3),
              media("file:/x,size=96M", Ranges::neighbour, true, (rank + 1) % 3, 3));
  }
}

TEST(Ranges, shared_is_all_of_it_and_own_is_as_it_was_named) {
  EXPECT_EQ(media("file:/x,size=64M", Ranges::shared, false, 1, 2),
            media("file:/x,size=64M", Ranges::shared, false, 0, 2));
  EXPECT_EQ(media("dram:64M", Ranges::own, true, 1, 2), "dram:64M");
}

TEST(Ranges, what_cannot_be_divided_is_refused) {
  EXPECT_NE(media("dram:64M", Ranges::disjoint, true, 0, 2).find("--ranges own"),
            std::string::npos);
  EXPECT_NE(media("file:/x,size=4K", Ranges::disjoint, true, 0, 2).find("larger"),
            std::string::npos);
}

TEST(Ranges, their_words_are_known_and_others_refused) {
  for (const Ranges each : {Ranges::own, Ranges::disjoint, Ranges::shared, Ranges::neighbour}) {
    ASSERT_TRUE(parse_ranges(name_of(each)));
    EXPECT_EQ(*parse_ranges(name_of(each)), each);
  }
  EXPECT_NE(parse_ranges("neighbor").error().message.find("neighbour"), std::string::npos);
}

TEST(Ranges, writes_to_the_same_bytes_and_open_loops_are_skipped) {
  Cell cell;
  cell.workload = "random";
  cell.parameters = {{"access", "write"}, {"operation_size", "64"}, {"durability", "none"}};
  EXPECT_NE(cluster_skip_reason(cell, Ranges::shared), "");
  EXPECT_EQ(cluster_skip_reason(cell, Ranges::disjoint), "");
  cell.parameters["access"] = "read";
  EXPECT_EQ(cluster_skip_reason(cell, Ranges::shared), "");
  cell.arrival = "poisson";
  EXPECT_NE(cluster_skip_reason(cell, Ranges::disjoint), "");
}

}  // namespace
}  // namespace pmembench
