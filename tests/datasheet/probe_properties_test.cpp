// Which lines a cell is for.
#include "datasheet/probe_properties.hpp"

#include <gtest/gtest.h>

#include "made_cells.hpp"

namespace pmembench {
namespace {

std::vector<std::string> uses_of(const std::string& workload, const Parameters& changed,
                                 std::uint64_t slots_ns = 0, bool does_work = true) {
  Cell cell;
  cell.workload = workload;
  cell.parameters = whole_parameters(workload, changed);
  cell.slots_ns = slots_ns;
  cell.capabilities.does_work = does_work;
  return properties_of(cell);
}

TEST(ProbeProperties, are_those_that_its_samples_enter) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(uses_of("uniform", {{"range_size", "4096"}}), (Names{"capacity", "tlb", "page_walk"}));
  EXPECT_EQ(uses_of("uniform", {{"line", "hashed"}}), (Names{"tlb", "page_walk"}));
  EXPECT_EQ(uses_of("uniform", {{"chains", "8"}}), (Names{"parallelism", "interleave"}));
  EXPECT_EQ(uses_of("uniform", {{"turns_with", "lines"}}), Names{"interleave"});
  EXPECT_EQ(uses_of("pairs", {}), (Names{"read_line", "tlb", "page_walk"}));
  EXPECT_EQ(uses_of("pairs", {{"access", "store"}}), Names{"write_line"});
  EXPECT_EQ(uses_of("random", {}), Names{"write_buffer"});
  EXPECT_EQ(uses_of("random", {}, 0, false), Names{});
  EXPECT_EQ(uses_of("alternate", {}), Names{"turnaround"});
  EXPECT_EQ(uses_of("reload", {}), Names{"refresh"});
  EXPECT_EQ(uses_of("reload", {{"lines", "pair"}}), Names{"banks"});
  EXPECT_EQ(uses_of("durability", {}), (Names{"flush", "fence", "drain"}));
  EXPECT_EQ(uses_of("durability", {}, 50'000), Names{"wear"});
  EXPECT_EQ(uses_of("chase", {{"range_size", "4096"}}), Names{"prefetch"});
  EXPECT_EQ(uses_of("chase", {}), Names{"figures"});
  EXPECT_EQ(uses_of("loaded", {}), Names{"figures"});
}

}  // namespace
}  // namespace pmembench
