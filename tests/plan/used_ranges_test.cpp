#include "plan/used_ranges.hpp"

#include <gtest/gtest.h>

#include "tests/plan/planning.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// Two CPUs with a cache of their own each.
Topology with_caches(std::uint64_t each_mib) {
  Topology topology = one_node(2);
  topology.nodes[0].memory_bytes = kMiB << 20;
  topology.last_level_caches = {{each_mib * kMiB, {0}}, {each_mib * kMiB, {1}}};
  return topology;
}

// The MiB that each cell of `cells` uses.
std::vector<std::uint64_t> used_by(const std::string& cells, const Topology& topology) {
  std::vector<std::uint64_t> used;
  for (const Cell& cell : cells_of("backend: movnt\ncells:\n" + cells, topology)) {
    EXPECT_EQ(cell.skip_reason, "") << cell.name;
    used.push_back(cell.used_bytes / kMiB);
  }
  return used;
}

using Used = std::vector<std::uint64_t>;

TEST(UsedRanges, are_four_times_the_caches_of_the_cell_that_uses_most) {
  EXPECT_EQ(used_by("  - {media: 'dram:4G', workload: random, threads: 1}\n"
                    "  - {media: 'dram:4G', workload: random, threads: 2}\n",
                    with_caches(100)),
            (Used{800, 800}));
  EXPECT_EQ(used_by("  - {media: 'dram:4G', workload: random}\n", with_caches(100)), Used{400});
  EXPECT_EQ(used_by("  - {media: 'dram:4G', workload: random}\n", with_caches(1)), Used{256});
}

TEST(UsedRanges, are_all_of_a_medium_that_is_not_larger) {
  EXPECT_EQ(used_by("  - {media: 'dram:256M', workload: random}\n", with_caches(64)), Used{0});
  EXPECT_EQ(used_by("  - {media: 'dram:128M', workload: random}\n", with_caches(64)), Used{0});
}

TEST(UsedRanges, are_known_of_media_whose_size_is_not) {
  EXPECT_EQ(used_by("  - {media: /dev/dax0.0, workload: random}\n"
                    "  - {media: 'file:/mnt/pmem/x', workload: random}\n"
                    "  - {media: 'dram:auto', workload: random}\n",
                    with_caches(128)),
            (Used{512, 512, 512}));
}

TEST(UsedRanges, hold_what_the_cell_names) {
  EXPECT_EQ(used_by("  - {media: 'dram:64G', workload: random, range_size: 3G}\n"
                    "  - {media: 'dram:64G', workload: random, range_size: 64G}\n"
                    "  - {media: 'dram:64G', workload: random, range_size: 1M}\n",
                    with_caches(1)),
            (Used{4096, 0, 256}));
}

TEST(UsedRanges, hold_whole_rounds_of_an_interleave_and_whole_pages) {
  Topology topology = with_caches(1);
  topology.nodes.push_back(topology.nodes.front());
  topology.nodes.back().id = 1;
  topology.nodes.back().cpus.clear();
  EXPECT_EQ(used_by("  - {media: \"dram:64G,interleave=0:200+1:56\", workload: random}\n"
                    "  - {media: \"dram:64G,pages=1g\", workload: random}\n",
                    topology),
            (Used{8192, 1024}));
}

TEST(UsedRanges, are_part_of_what_a_plan_is) {
  const std::string campaign = "media: dram:4G\nbackend: movnt\ncells:\n  - workload: random\n";
  const auto small = plan_of(campaign, with_caches(1));
  const auto large = plan_of(campaign, with_caches(100));
  ASSERT_TRUE(small && large);
  EXPECT_EQ(small->cells[0].name, large->cells[0].name);
  EXPECT_NE(small->cells[0].device_key(), large->cells[0].device_key());
  EXPECT_NE(small->fingerprint(), large->fingerprint());
}

}  // namespace
}  // namespace pmembench
