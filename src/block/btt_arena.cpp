#include "block/btt_arena.hpp"

#include <algorithm>

namespace pmembench {
namespace {

std::vector<BttAction> joined(const std::vector<BttStep>& steps) {
  std::vector<BttAction> actions;
  for (const BttStep step : steps) {
    if (step == BttStep::fence && !actions.empty() && !actions.back().fenced) {
      actions.back().fenced = true;
    } else {
      actions.push_back({step, step == BttStep::fence});
    }
  }
  return actions;
}

}  // namespace

BttArena::BttArena(const DaxSlice& with_slice, const BttGeometry& with_geometry,
                   const std::vector<BttStep>& steps)
    : slice(with_slice),
      geometry(with_geometry),
      actions(joined(steps)),
      map(geometry.external),
      lanes(geometry.lanes),
      reading(geometry.lanes) {}

BttMapLine BttArena::map_line(std::uint32_t sector, std::uint32_t raw) const {
  BttMapLine line{};
  const std::uint32_t first = sector / kEntriesPerLine * kEntriesPerLine;
  const std::uint32_t entries = std::min(kEntriesPerLine, geometry.external - first);
  for (std::uint32_t i = 0; i < entries; ++i) {
    line[i] = map[first + i].load(std::memory_order_relaxed);
  }
  line[sector - first] = raw;
  return line;
}

std::uint32_t BttArena::take_lane(std::size_t session) {
  const auto lane = static_cast<std::uint32_t>(session % geometry.lanes);
  std::uint32_t known = lanes_in_use.load();
  while (known <= lane && !lanes_in_use.compare_exchange_weak(known, lane + 1)) {
  }
  return lane;
}

// All of these are sequentially consistent: a reader publishes its block and then looks at the map
// again, a writer changes the map and then (when the block comes round as its free one) looks here.
// One of the two sees the other.
void BttArena::wait_for_readers(std::uint32_t block) const {
  const std::uint32_t lanes_to_look_at = lanes_in_use.load();
  for (std::uint32_t lane = 0; lane < lanes_to_look_at; ++lane) {
    for (unsigned spins = 0; reading[lane].block.load() == (block | BttReading::kReading);
         ++spins) {
      SpinLock::relax(spins);
    }
  }
}

}  // namespace pmembench
