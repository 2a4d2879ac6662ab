// Extents against a plain array of blocks.
#include "fs/extent_map.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.hpp"

namespace pmembench::fs {
namespace {

using MappedBlocks = ::pmembench::fs::Run;             // a test has a member of that name
using Model = std::map<std::uint32_t, std::uint32_t>;  // logical -> physical

Model model_of(const ExtentMap& extents) {
  Model model;
  for (const Extent& extent : extents.all()) {
    for (std::uint32_t i = 0; i < extent.count; ++i) {
      EXPECT_TRUE(model.emplace(extent.logical + i, extent.physical + i).second);
    }
  }
  return model;
}

TEST(ExtentMap, agrees_with_an_array_and_frees_what_it_drops) {
  const auto seed = static_cast<std::uint64_t>(testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(seed);
  Random random(seed);
  ExtentMap extents;
  Model model;
  std::vector<ExtentSlot> slots;  // as on a device
  std::uint32_t physical = 0;
  for (int step = 0; step < 3000; ++step) {
    const auto logical = static_cast<std::uint32_t>(random.below(200));
    const auto count = static_cast<std::uint32_t>(random.below(20)) + 1;
    std::vector<MappedBlocks> freed;
    std::size_t dropped = 0;
    const bool maps = random.below(3) != 0;
    const std::uint32_t goal = extents.goal(logical);
    const std::uint32_t start = goal != Allocator::kNoGoal && random.below(2) == 0
                                    ? goal + 100'000 * (goal < 100'000 ? 1 : 0)
                                    : (physical += 50);
    for (std::uint32_t i = 0; i < count; ++i) {
      dropped += model.erase(logical + i);
      if (maps) model[logical + i] = start + i;
    }
    maps ? extents.map(logical, {start, count}, freed) : extents.cut(logical, count, freed);
    std::size_t freed_blocks = 0;
    for (const MappedBlocks& run : freed) freed_blocks += run.count;
    ASSERT_EQ(freed_blocks, dropped);
    ASSERT_EQ(model_of(extents), model) << step;
    const Extent* const found = extents.at_or_behind(logical);
    const auto next = model.lower_bound(logical);
    ASSERT_EQ(found != nullptr, next != model.end());
    if (found != nullptr) {
      ASSERT_GT(found->end(), logical);
      ASSERT_EQ(std::max(found->logical, logical), next->first);
    }
    for (const SlotChange& change : extents.changes()) {
      slots.resize(std::max<std::size_t>(slots.size(), change.slot + 1));
      slots[change.slot] = change.content;
    }
    extents.clean();
  }
  // What was changed of the slots, all in all, says the same.
  ASSERT_EQ(slots.size(), extents.slots_used());
  ExtentMap again;
  for (const ExtentSlot& slot : slots) again.read_slot(slot);
  ASSERT_TRUE(again.finish());
  EXPECT_EQ(model_of(again), model);
  EXPECT_EQ(again.slots_free(), extents.slots_free());
}

TEST(ExtentMap, says_which_slots_changed) {
  ExtentMap extents;
  std::vector<MappedBlocks> freed;
  extents.map(0, {100, 4}, freed);
  extents.map(4, {104, 4}, freed);
  EXPECT_EQ(extents.slots_used(), 1U) << "neighbours are one extent";
  ASSERT_EQ(extents.changes().size(), 1);
  EXPECT_EQ(extents.changes().front().content.count, 8U);
  extents.clean();
  extents.map(3, {200, 1}, freed);
  EXPECT_EQ(extents.slots_used(), 3U);
  EXPECT_EQ(freed, (std::vector<MappedBlocks>{{103, 1}}));
  for (const std::uint32_t slot : {0U, 1U, 2U}) {
    const auto changes = extents.changes();
    EXPECT_TRUE(std::any_of(changes.begin(), changes.end(),
                            [slot](const SlotChange& change) { return change.slot == slot; }));
  }
}

TEST(ExtentMap, knows_extents_that_overlap) {
  ExtentMap extents;
  extents.read_slot({10, 5, 100, 0});
  extents.read_slot({14, 5, 200, 0});
  EXPECT_FALSE(extents.finish());
}

}  // namespace
}  // namespace pmembench::fs
