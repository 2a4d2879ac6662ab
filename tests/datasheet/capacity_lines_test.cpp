// Capacities beside what the system states: found, not determined, beyond.
#include "datasheet/capacity_lines.hpp"

#include <gtest/gtest.h>

#include "made_cells.hpp"

namespace pmembench {
namespace {

constexpr double kKi = 1024, kMi = 1024 * 1024;

StructureContext with_caches() {
  StructureContext context;
  context.caches = {{1, "Data", 48 << 10, 64, {}, 1, {}},
                    {1, "Instruction", 32 << 10, 64, {}, 1, {}},
                    {2, "Unified", 1 << 20, 64, {}, 1, {}}};
  return context;
}

const StructureLine& line_named(const std::vector<StructureLine>& lines, const std::string& name) {
  for (const StructureLine& line : lines) {
    if (line.name == name) return line;
  }
  ADD_FAILURE() << "no line " << name;
  return lines.front();
}

TEST(CapacityLines, call_a_step_by_the_cache_that_is_stated_there) {
  const ProbeSet set(region_cells({{48 * kKi, 5}, {1 * kMi, 30}, {8 * kMi, 100}}));
  const std::vector<StructureLine> lines = capacity_lines(set, with_caches());
  const StructureLine& first = line_named(lines, "L1 cache");
  EXPECT_TRUE(first.inference.determined) << first.inference.reason;
  EXPECT_NEAR(first.inference.value, 48 * kKi, 0.1 * 48 * kKi);
  EXPECT_NE(first.firmware.find("sysfs: 48 KiB: "), std::string::npos) << first.firmware;
  EXPECT_TRUE(line_named(lines, "L2 cache").inference.determined);
  const StructureLine& beyond = line_named(lines, "capacity");
  EXPECT_TRUE(beyond.inference.determined);
  EXPECT_NEAR(beyond.inference.value, 8 * kMi, 0.1 * 8 * kMi);
  EXPECT_NEAR(beyond.added_ns, 100, 10);
}

TEST(CapacityLines, do_not_determine_a_cache_without_a_step_near_it) {
  StructureContext context = with_caches();
  context.virtual_machine = true;
  context.shared_core_share = 0.25;
  const ProbeSet set(region_cells({{48 * kKi, 5}, {400 * kKi, 30}}));
  const std::vector<StructureLine> lines = capacity_lines(set, context);
  const StructureLine& second = line_named(lines, "L2 cache");
  EXPECT_FALSE(second.inference.determined);
  EXPECT_NE(second.inference.reason.find("other tenants, on a virtual machine"), std::string::npos);
  EXPECT_NE(second.inference.reason.find("25 % of slices"), std::string::npos);
  EXPECT_NE(second.inference.reason.find("none within 15 %"), std::string::npos);
  // The step itself is within the caches and none of them.
  EXPECT_FALSE(line_named(lines, "capacity").inference.determined);
  EXPECT_TRUE(line_named(lines, "device buffer or cache").inference.none);
}

TEST(CapacityLines, say_that_regions_were_too_small_for_a_cache) {
  StructureContext context = with_caches();
  context.caches.push_back({3, "Unified", 32U << 20, 64, {}, 1, {}});
  const std::vector<StructureLine> lines =
      capacity_lines(ProbeSet(region_cells({{48 * kKi, 5}, {1 * kMi, 30}})), context);
  EXPECT_NE(line_named(lines, "L3 cache").inference.reason.find("regions of up to 64 MiB"),
            std::string::npos);
  EXPECT_FALSE(line_named(lines, "device buffer or cache").inference.determined);
}

TEST(CapacityLines, give_the_reason_of_a_medium_that_was_too_small) {
  const std::vector<StructureLine> lines = capacity_lines(
      ProbeSet({skipped_cell("uniform", {}, "4 KiB is too little"),
                skipped_cell("random", {{"access", "write"}}, "of another probe"),
                skipped_cell("random", {{"access", "write"}, {"durability", "batch"}},
                             "4 KiB is too little")}),
      with_caches());
  EXPECT_EQ(line_named(lines, "L1 cache").inference.reason, "4 KiB is too little");
  EXPECT_EQ(line_named(lines, "write buffer").inference.reason, "4 KiB is too little");
  EXPECT_FALSE(line_named(lines, "TLB reach").inference.determined);
}

}  // namespace
}  // namespace pmembench
