// What opening a btt does beyond reading its info block.
#include <algorithm>
#include <cstring>

#include "block/btt_arena.hpp"
#include "block/dax_window.hpp"

namespace pmembench {
namespace {

template <typename... Args>
Error damaged(const BttArena& arena, fmt::format_string<Args...> format, Args&&... args) {
  return runtime_error("the btt on '{}' is damaged: {}; format it again",
                       arena.slice.device->name(),
                       fmt::format(format, std::forward<Args>(args)...));
}

Error unreadable(const BttArena& arena, std::string_view part, int error) {
  Error failure = runtime_error(
      "the {} of the btt on '{}' cannot be read or repaired: {}; format it "
      "again",
      part, arena.slice.device->name(), std::strerror(-error));
  failure.code = -error;
  return failure;
}

Status load_map(BttArena& arena, DaxWindow& window) {
  const BttGeometry& geometry = arena.geometry;
  std::vector<std::uint32_t> raw(geometry.external);
  const int status =
      window.load(geometry.map_offset, raw.data(), raw.size() * sizeof(std::uint32_t));
  if (status < 0) return unreadable(arena, "map", status);
  for (std::uint32_t sector = 0; sector < geometry.external; ++sector) {
    arena.map[sector].store(raw[sector], std::memory_order_relaxed);
    if (BttEntry::block_of(raw[sector], sector) >= geometry.internal) {
      return damaged(arena, "its map puts sector {} into block {} of {}", sector,
                     BttEntry::block_of(raw[sector], sector), geometry.internal);
    }
  }
  return {};
}

// The lane's last write may have reached the flog and not the map.
Status complete_write(BttArena& arena, DaxWindow& window, const BttFlogHalf& last) {
  const std::uint32_t mapped = BttEntry::block_of(arena.map[last.sector].load(), last.sector);
  if (mapped == last.new_block || mapped != last.old_block) return {};
  const std::uint32_t raw = BttEntry::written(last.new_block);
  const int status = window.persist(arena.geometry.entry_offset(last.sector), &raw, sizeof raw);
  if (status < 0) return unreadable(arena, "map", status);
  arena.map[last.sector].store(raw);
  return {};
}

Status recover_lane(BttArena& arena, DaxWindow& window, std::uint32_t number,
                    const BttFlogLine& halves) {
  const BttGeometry& geometry = arena.geometry;
  const int newest = newest_half(halves[0].sequence, halves[1].sequence);
  if (newest < 0) {
    return damaged(arena, "the flog of lane {} has the sequence numbers {} and {}", number,
                   halves[0].sequence, halves[1].sequence);
  }
  const BttFlogHalf& last = halves[static_cast<unsigned>(newest)];
  if (last.old_block >= geometry.internal || last.new_block >= geometry.internal) {
    return damaged(arena, "the flog of lane {} names blocks {} and {} of {}", number,
                   last.old_block, last.new_block, geometry.internal);
  }
  BttLane& lane = arena.lanes[number];
  lane.flog = halves;
  lane.free_block = last.old_block;
  lane.sequence = next_sequence(last.sequence);
  lane.half = newest == 0 ? 1 : 0;
  if (last.old_block == last.new_block) return {};  // as it was formatted: nothing written yet
  if (last.sector >= geometry.external) {
    return damaged(arena, "the flog of lane {} names sector {} of {}", number, last.sector,
                   geometry.external);
  }
  return complete_write(arena, window, last);
}

}  // namespace

Status recover_btt(BttArena& arena) {
  DaxWindow window(arena.slice);
  const BttGeometry& geometry = arena.geometry;
  if (const Status loaded = load_map(arena, window); !loaded) return loaded;
  for (std::uint32_t lane = 0; lane < geometry.lanes; ++lane) {
    BttFlogLine halves{};
    const int status = window.load(geometry.half_offset(lane, 0), halves.data(), sizeof halves);
    if (status < 0) return unreadable(arena, "flog", status);
    if (const Status done = recover_lane(arena, window, lane, halves); !done) return done;
  }
  return {};
}

Status check_btt(const BttArena& arena) {
  const BttGeometry& geometry = arena.geometry;
  std::vector<bool> seen(geometry.internal);
  const auto twice = [&](std::uint32_t block) {
    const bool before = seen[block];
    seen[block] = true;
    return before;
  };
  for (std::uint32_t sector = 0; sector < geometry.external; ++sector) {
    const std::uint32_t block = BttEntry::block_of(arena.map[sector].load(), sector);
    if (twice(block)) return damaged(arena, "block {} is mapped twice", block);
  }
  for (std::uint32_t lane = 0; lane < geometry.lanes; ++lane) {
    const std::uint32_t block = arena.lanes[lane].free_block;
    if (twice(block)) return damaged(arena, "block {} of lane {} is not free", block, lane);
  }
  return {};  // as many as there are blocks, and none twice: none is lost
}

}  // namespace pmembench
