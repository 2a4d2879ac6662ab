// Reading and writing sectors of a btt.
#include <cerrno>
#include <cstring>
#include <mutex>

#include "block/btt_arena.hpp"
#include "block/dax_window.hpp"
#include "block/requests.hpp"

namespace pmembench {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;  // no sector

class BttSession final : public BlockSession {
 public:
  BttSession(BttArena& arena, SessionCounts::Place place)
      : arena_(arena),
        count_(*place.count),
        lane_number_(arena.take_lane(place.number)),
        lane_(arena.lanes[lane_number_]),
        window_(arena.slice) {}

  std::int64_t read(dax_iter& iter) override {
    const std::lock_guard lane(lane_.lock);
    return each_sector(iter, count_.sectors_read,
                       [this](std::uint32_t sector, unsigned char* at, std::uint32_t /*next*/) {
                         return read_sector(sector, at);
                       });
  }
  std::int64_t write(dax_iter& iter) override {
    const std::lock_guard lane(lane_.lock);
    const std::int64_t done =
        each_sector(iter, count_.sectors_written,
                    [this](std::uint32_t sector, unsigned char* at, std::uint32_t next) {
                      return write_sector(sector, at, next);
                    });
    const int settled = settle();
    return settled < 0 ? settled : done;
  }
  std::int64_t write_fua(dax_iter& iter) override {
    const std::uint64_t asked = iter.count;
    const std::int64_t done = write(iter);
    SessionCount::bump(count_.flushes, asked - iter.count);
    return done;
  }
  int flush() override {
    if (!arena_.slice.device->alive()) return -ENXIO;
    SessionCount::bump(count_.flushes, 1);
    return 0;
  }

 private:
  template <typename Serve>
  std::int64_t each_sector(dax_iter& iter, std::atomic<std::uint64_t>& counter, Serve serve);
  int read_sector(std::uint32_t sector, unsigned char* to);
  void note_media_error(std::uint32_t sector, std::uint32_t raw);
  int write_sector(std::uint32_t sector, const unsigned char* from, std::uint32_t next);
  int perform_steps(const BttFlogHalf& entry, const unsigned char* from, std::uint32_t next);
  void publish(const BttFlogHalf& entry, std::uint32_t next);
  int settle();
  int act(const BttAction& action, const BttFlogHalf& entry, const unsigned char* from);
  int put(std::uint64_t offset_bytes, const void* line, bool fenced) {
    return fenced ? window_.persist(offset_bytes, line, DAX_LINE_BYTES)
                  : window_.store(offset_bytes, line, DAX_LINE_BYTES);
  }
  int put_flog(bool fenced) {
    return put(arena_.geometry.half_offset(lane_number_, 0), lane_.flog.data(), fenced);
  }
  int put_map(std::uint32_t sector, std::uint32_t raw, bool fenced) {
    const BttMapLine line = arena_.map_line(sector, raw);
    return put(arena_.map_line_offset(sector), line.data(), fenced);
  }

  BttArena& arena_;
  SessionCount& count_;
  std::uint32_t lane_number_;
  BttLane& lane_;
  DaxWindow window_;
  // The locks of lines of the map. A line's lock is held until the store to the line is fenced,
  // because no other session may store to it before. So up to three are held: for the sector
  // before, for this one, and (only if it is free at once) for the one after it.
  std::unique_lock<SpinLock> unfenced_, map_, ahead_;
  bool pending_ = false;  // a store to the map waits for its fence
};

// Calls serve(sector, its bytes, the sector that comes next, or kNone).
template <typename Serve>
std::int64_t BttSession::each_sector(dax_iter& iter, std::atomic<std::uint64_t>& counter,
                                     Serve serve) {
  const std::uint32_t bytes = arena_.geometry.sector_bytes;
  const int shift = __builtin_ctz(bytes);
  std::uint64_t sectors = 0;
  const std::int64_t done = each_request(
      iter, bytes, std::uint64_t{arena_.geometry.external} * bytes, [&](std::uint64_t offset) {
        dax_iter ahead = iter;
        dax_iter_next(&ahead);
        const std::uint64_t other = iter.count > 1 ? dax_iter_next(&ahead) >> shift : kNone;
        for (std::uint64_t at = 0; at < iter.size_bytes; at += bytes) {
          const std::uint64_t sector = (offset + at) >> shift;
          const std::uint64_t next = at + bytes < iter.size_bytes ? sector + 1 : other;
          const int status =
              serve(static_cast<std::uint32_t>(sector), iter.buffer + at,
                    next < arena_.geometry.external ? static_cast<std::uint32_t>(next) : kNone);
          if (status < 0) return status;
          ++sectors;
        }
        return 0;
      });
  SessionCount::bump(counter, sectors);
  return done;
}

int BttSession::read_sector(std::uint32_t sector, unsigned char* to) {
  const std::uint32_t bytes = arena_.geometry.sector_bytes;
  std::atomic<std::uint32_t>& reading = arena_.reading[lane_number_].block;
  std::uint32_t raw = arena_.map[sector].load();
  std::uint32_t block = 0;
  for (;;) {
    block = BttEntry::block_of(raw, sector);
    reading.store(block | BttReading::kReading);
    const std::uint32_t again = arena_.map[sector].load();
    if (again == raw) break;
    raw = again;  // a writer moved the sector before it could see that this one reads it
  }
  int status = 0;
  bool failed = false;
  if (BttEntry::is_failed(raw)) {
    status = arena_.slice.device->alive() ? -EIO : -ENXIO;
  } else if (BttEntry::is_zero(raw)) {
    std::memset(to, 0, bytes);
  } else {
    status = window_.load(arena_.geometry.block_offset(block), to, bytes);
    failed = status == -EIO;
  }
  reading.store(0, std::memory_order_release);
  // Not before: the holder of the map's lock may be waiting for this reader.
  if (failed) note_media_error(sector, raw);
  return status;
}

// The E flag. Where it cannot be stored the next read finds the bad block itself.
void BttSession::note_media_error(std::uint32_t sector, std::uint32_t raw) {
  const std::lock_guard lock(arena_.map_lock(sector));
  if (arena_.map[sector].load() != raw) return;
  const std::uint32_t failed = BttEntry::failed(BttEntry::block_of(raw, sector));
  if (put_map(sector, failed, true) < 0) return;
  arena_.map[sector].store(failed);
}

int BttSession::act(const BttAction& action, const BttFlogHalf& entry, const unsigned char* from) {
  const BttGeometry& geometry = arena_.geometry;
  BttFlogHalf& half = lane_.flog[lane_.half];
  switch (action.step) {
    case BttStep::store_data: {
      const std::uint64_t at = geometry.block_offset(entry.new_block);
      return action.fenced ? window_.persist_over(at, from, geometry.sector_bytes)
                           : window_.store_over(at, from, geometry.sector_bytes);
    }
    case BttStep::store_flog_blocks:
      half.sector = entry.sector;
      half.old_block = entry.old_block;
      return put_flog(action.fenced);
    case BttStep::store_flog_sequence:
      half.new_block = entry.new_block;
      half.sequence = entry.sequence;
      return put_flog(action.fenced);
    case BttStep::store_map:
      return put_map(entry.sector, BttEntry::written(entry.new_block), action.fenced);
    case BttStep::fence:
      break;
  }
  return window_.drain();
}

// The new entry into the map in DRAM, and the lock for the next sector. A locked instruction waits
// for all non-temporal stores in flight, as a fence does, so both follow a fence that has just done
// that. This lock is only tried: two sessions that each held what the other one needs would wait
// forever.
void BttSession::publish(const BttFlogHalf& entry, std::uint32_t next) {
  arena_.map[entry.sector].store(BttEntry::written(entry.new_block));
  if (next == kNone) return;
  __builtin_prefetch(&arena_.map[next], 1);
  SpinLock& lock = arena_.map_lock(next);
  if (&lock != map_.mutex()) ahead_ = std::unique_lock(lock, std::try_to_lock);
}

// The fence behind the last map entry that was stored. It is the session's next one anyway, so a
// request of many sectors pays for it once. Until then the sector is durable by its flog entry,
// which stays the lane's newest up to that fence.
int BttSession::settle() {
  const int drained = pending_ ? window_.drain() : 0;
  if (drained < 0) arena_.broken.store(true);
  pending_ = false;
  for (auto* const lock : {&unfenced_, &map_, &ahead_}) *lock = {};
  return drained;
}

int BttSession::perform_steps(const BttFlogHalf& entry, const unsigned char* from,
                              std::uint32_t next) {
  for (const BttAction& action : arena_.actions) {
    if (action.step == BttStep::store_map) publish(entry, next);
    if (const int status = act(action, entry, from); status < 0) {
      if (action.step != BttStep::store_data) arena_.broken.store(true);
      return status;
    }
    if (!action.fenced) continue;
    pending_ = false;
    unfenced_ = {};
  }
  pending_ = !arena_.actions.back().fenced;
  return 0;
}

int BttSession::write_sector(std::uint32_t sector, const unsigned char* from, std::uint32_t next) {
  if (arena_.broken.load(std::memory_order_relaxed)) return -EIO;
  if (!map_.owns_lock()) {
    if (const int settled = settle(); settled < 0) return settled;
    map_ = std::unique_lock(arena_.map_lock(sector));
  }
  const BttFlogHalf entry{sector, BttEntry::block_of(arena_.map[sector].load(), sector),
                          lane_.free_block, lane_.sequence};
  arena_.wait_for_readers(entry.new_block);
  if (const int status = perform_steps(entry, from, next); status < 0) return status;
  lane_.free_block = entry.old_block;
  lane_.sequence = next_sequence(entry.sequence);
  lane_.half ^= 1U;
  if (next != kNone && &arena_.map_lock(next) == map_.mutex()) return 0;
  unfenced_ = std::move(map_);
  map_ = std::move(ahead_);
  return 0;
}

}  // namespace

std::unique_ptr<BlockSession> make_btt_session(BttArena& arena) {
  return std::make_unique<BttSession>(arena, arena.counts.add());
}

}  // namespace pmembench
