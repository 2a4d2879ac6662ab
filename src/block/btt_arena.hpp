// BttArena: what the sessions of one open btt share. For btt*.cpp only.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "block/btt.hpp"
#include "block/btt_layout.hpp"
#include "block/session_counts.hpp"
#include "block/slice.hpp"
#include "block/spin_lock.hpp"

namespace pmembench {

// Lines of the flog and of the map are stored whole: for part of one the memory would have to read
// it first, and a line goes past the cache. Of the stores to a line the words that do not change do
// no harm.
using BttFlogLine = std::array<BttFlogHalf, kBttFlogBytes / sizeof(BttFlogHalf)>;
using BttMapLine = std::array<std::uint32_t, DAX_LINE_BYTES / sizeof(std::uint32_t)>;

struct alignas(128) BttLane {
  alignas(64) BttFlogLine flog{};  // what the medium holds of it
  SpinLock lock;
  // Under the lock, as the line above:
  std::uint32_t free_block = 0;
  std::uint32_t sequence = 0;  // of the next flog entry
  unsigned half = 0;           // that it goes to
};

// The block that a lane's reader copies from, plus kReading; 0 for none. The table of these is the
// kernel's read tracking table: a writer waits until no lane reads the block that it will
// overwrite.
struct alignas(64) BttReading {
  static constexpr std::uint32_t kReading = std::uint32_t{1} << 31;
  std::atomic<std::uint32_t> block{0};
};

// A step of the write, joined with the fence that follows it.
struct BttAction {
  BttStep step = BttStep::fence;
  bool fenced = false;  // by its end; so is a fence that follows none
};

struct BttArena {
  static constexpr std::size_t kMapLocks = 256;
  static constexpr std::uint32_t kEntriesPerLine = DAX_LINE_BYTES / sizeof(std::uint32_t);

  BttArena(const DaxSlice& with_slice, const BttGeometry& with_geometry,
           const std::vector<BttStep>& steps);

  [[nodiscard]] SpinLock& map_lock(std::uint32_t sector) {
    return map_locks[sector / kEntriesPerLine % kMapLocks];
  }
  // The line of the map with the sector's entry, as it is to be stored with `raw` there. Under the
  // sector's map lock, which is that of all of the line.
  [[nodiscard]] BttMapLine map_line(std::uint32_t sector, std::uint32_t raw) const;
  [[nodiscard]] std::uint64_t map_line_offset(std::uint32_t sector) const {
    return geometry.entry_offset(sector / kEntriesPerLine * kEntriesPerLine);
  }
  // The lane of the session with this number; its readers are looked for from now on.
  std::uint32_t take_lane(std::size_t session);
  // Returns when no session copies from `block` any more.
  void wait_for_readers(std::uint32_t block) const;

  DaxSlice slice;
  BttGeometry geometry;
  std::vector<BttAction> actions;
  std::vector<std::atomic<std::uint32_t>> map;  // raw entries, as on the medium
  std::vector<BttLane> lanes;
  std::vector<BttReading> reading;  // one a lane
  std::atomic<std::uint32_t> lanes_in_use{0};
  std::atomic<bool> broken{false};  // a store to flog or map failed
  std::array<SpinLock, kMapLocks> map_locks;
  SessionCounts counts;
};

std::unique_ptr<BlockSession> make_btt_session(BttArena& arena);

// Map and flog from the medium into the arena, with what a crash interrupted completed.
Status recover_btt(BttArena& arena);
// See BttDevice.
Status check_btt(const BttArena& arena);

}  // namespace pmembench
