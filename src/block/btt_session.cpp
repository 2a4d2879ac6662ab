// Reading and writing sectors of a btt.
#include <cerrno>
#include <cstring>
#include <mutex>

#include "block/btt_arena.hpp"
#include "block/dax_window.hpp"
#include "block/requests.hpp"

namespace pmembench {
namespace {

class BttSession final : public BlockSession {
 public:
  BttSession(BttArena& arena, SessionCounts::Place place)
      : arena_(arena),
        count_(*place.count),
        lane_number_(arena.take_lane(place.number)),
        lane_(arena.lanes[lane_number_]),
        window_(arena.slice) {}

  std::int64_t read(dax_iter& iter) override {
    return each_sector(iter, count_.sectors_read, [this](std::uint32_t sector, unsigned char* at) {
      return read_sector(sector, at);
    });
  }
  std::int64_t write(dax_iter& iter) override {
    return each_sector(
        iter, count_.sectors_written,
        [this](std::uint32_t sector, unsigned char* at) { return write_sector(sector, at); });
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
  int write_sector(std::uint32_t sector, const unsigned char* from);
  int act(const BttAction& action, const BttFlogHalf& entry, const unsigned char* from);
  int put(std::uint64_t offset_bytes, const void* data, std::uint64_t size_bytes, bool fenced) {
    return fenced ? window_.persist(offset_bytes, data, size_bytes)
                  : window_.store(offset_bytes, data, size_bytes);
  }
  int put_flog(bool fenced) {
    return put(arena_.geometry.half_offset(lane_number_, 0), lane_.flog.data(), kBttFlogBytes,
               fenced);
  }
  int put_map(std::uint32_t sector, std::uint32_t raw, bool fenced) {
    const BttMapLine line = arena_.map_line(sector, raw);
    return put(arena_.map_line_offset(sector), line.data(), sizeof line, fenced);
  }

  BttArena& arena_;
  SessionCount& count_;
  std::uint32_t lane_number_;
  BttLane& lane_;
  DaxWindow window_;
};

template <typename Serve>
std::int64_t BttSession::each_sector(dax_iter& iter, std::atomic<std::uint64_t>& counter,
                                     Serve serve) {
  const std::uint32_t bytes = arena_.geometry.sector_bytes;
  const int shift = __builtin_ctz(bytes);
  std::uint64_t sectors = 0;
  const std::int64_t done = each_request(
      iter, bytes, std::uint64_t{arena_.geometry.external} * bytes, [&](std::uint64_t offset) {
        for (std::uint64_t at = 0; at < iter.size_bytes; at += bytes) {
          const auto sector = static_cast<std::uint32_t>((offset + at) >> shift);
          const int status = serve(sector, iter.buffer + at);
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
  const std::lock_guard lane(lane_.lock);
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
  if (BttEntry::is_failed(raw)) {
    status = arena_.slice.device->alive() ? -EIO : -ENXIO;
  } else if (BttEntry::is_zero(raw)) {
    std::memset(to, 0, bytes);
  } else {
    status = window_.load(arena_.geometry.block_offset(block), to, bytes);
    if (status == -EIO) note_media_error(sector, raw);
  }
  reading.store(0, std::memory_order_release);
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

int BttSession::write_sector(std::uint32_t sector, const unsigned char* from) {
  const std::lock_guard lane(lane_.lock);
  if (arena_.broken.load(std::memory_order_relaxed)) return -EIO;
  BttFlogHalf entry{sector, 0, lane_.free_block, lane_.sequence};
  // It is needed when the data is stored, which takes long enough to fetch it.
  __builtin_prefetch(&arena_.map[sector], 1);
  arena_.wait_for_readers(entry.new_block);
  std::unique_lock map(arena_.map_lock(sector), std::defer_lock);
  for (const BttAction& action : arena_.actions) {
    const bool structure = action.step != BttStep::store_data && action.step != BttStep::fence;
    if (structure && !map.owns_lock()) {
      map.lock();
      entry.old_block = BttEntry::block_of(arena_.map[sector].load(), sector);
    }
    const int status = act(action, entry, from);
    if (status == 0) [[likely]]
      continue;
    if (map.owns_lock()) arena_.broken.store(true);
    return status;
  }
  arena_.map[sector].store(BttEntry::written(entry.new_block));
  lane_.free_block = entry.old_block;
  lane_.sequence = next_sequence(entry.sequence);
  lane_.half ^= 1U;
  return 0;
}

}  // namespace

std::unique_ptr<BlockSession> make_btt_session(BttArena& arena) {
  return std::make_unique<BttSession>(arena, arena.counts.add());
}

}  // namespace pmembench
