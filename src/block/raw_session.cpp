#include "block/raw_session.hpp"

#include <cerrno>

#include "block/requests.hpp"

namespace pmembench {

RawSession::RawSession(const DaxSlice& slice, SessionCount& count)
    : slice_(slice), count_(count), reader_(slice.device->make_reader()) {}

// One batch of the device. Lines that its copy left in caches are on their way when it returns.
template <RawSession::Way way>
std::int64_t RawSession::call(dax_iter& iter) {
  const ReadSection section(reader_);
  if constexpr (way == Way::read) return slice_.device->copy_to_iter(section, iter);
  if constexpr (way == Way::write_fua) return slice_.device->persist_from_iter(section, iter);
  dax_iter written = iter;
  const std::int64_t done = slice_.device->copy_from_iter(section, iter);
  written.count -= iter.count;
  if (!slice_.needs_flush || written.count == 0) return done;
  const std::int64_t lines = slice_.device->flush(reader_, written);
  return lines < 0 ? lines : done;
}

// The range at the front of `iter` stopped a batch. 0 where it was repaired and is done, else why
// not.
template <RawSession::Way way>
int RawSession::go_past_stop(dax_iter& iter, std::int64_t answer) {
  DaxDevice& device = *slice_.device;
  if (!device.alive()) return -ENXIO;
  if (answer < 0 && answer != -EIO && answer != -EHWPOISON) return static_cast<int>(answer);
  if constexpr (way == Way::read) return -EIO;
  dax_iter one = iter;
  one.count = 1;
  dax_iter flushed = one;
  const ReadSection section(reader_);
  const std::int64_t written = device.recovery_write(section, one);
  if (written < 0) return block_error(written);
  if (one.count != 0) return device.alive() ? -EIO : -ENXIO;
  if (slice_.needs_flush) {
    const std::int64_t lines = device.flush(reader_, flushed);
    if (lines < 0) return block_error(lines);
  }
  if constexpr (way == Way::write_fua) {
    const int drained = device.drain(reader_);
    if (drained < 0) return block_error(drained);
  }
  iter.state = one.state;
  --iter.count;
  return 0;
}

// A batch whose ranges are all within the slice, as the device's own offsets.
template <RawSession::Way way>
std::int64_t RawSession::transfer_inside(dax_iter& iter) {
  const std::uint64_t asked = iter.count;
  iter.offset_bytes += slice_.offset_bytes;
  int status = 0;
  for (;;) {
    const std::int64_t done = call<way>(iter);
    if (iter.count == 0) [[likely]] {
      // Copied but not written back: none of it may be acknowledged.
      if (done < 0) status = block_error(done);
      break;
    }
    status = go_past_stop<way>(iter, done);
    if (status < 0 || iter.count == 0) break;
  }
  iter.offset_bytes -= slice_.offset_bytes;
  if (status < 0 && iter.count == 0) return status;
  const std::uint64_t bytes = (asked - iter.count) * iter.size_bytes;
  return bytes == 0 && status < 0 ? status : static_cast<std::int64_t>(bytes);
}

template <RawSession::Way way>
std::int64_t RawSession::transfer(dax_iter& iter) {
  const std::uint64_t asked = iter.count;
  std::int64_t done = 0;
  if (!whole_sectors(iter, slice_.sector_bytes)) return -EINVAL;
  if (lies_within(iter, slice_.size_bytes)) [[likely]] {
    done = transfer_inside<way>(iter);
  } else {
    done = each_request(iter, slice_.sector_bytes, slice_.size_bytes, [&](std::uint64_t offset) {
      dax_iter one = iter;
      one.slots = 1;
      one.table = nullptr;
      one.count = 1;
      one.offset_bytes = offset;
      const std::int64_t bytes = transfer_inside<way>(one);
      return bytes < 0 ? static_cast<int>(bytes) : 0;
    });
  }
  if (done <= 0) return done;
  auto& sectors = way == Way::read ? count_.sectors_read : count_.sectors_written;
  // A sector is a power of two: no division.
  SessionCount::bump(sectors,
                     static_cast<std::uint64_t>(done) >> __builtin_ctz(slice_.sector_bytes));
  if (way == Way::write_fua) SessionCount::bump(count_.flushes, asked - iter.count);
  return done;
}

std::int64_t RawSession::read(dax_iter& iter) { return transfer<Way::read>(iter); }
std::int64_t RawSession::write(dax_iter& iter) { return transfer<Way::write>(iter); }
std::int64_t RawSession::write_fua(dax_iter& iter) { return transfer<Way::write_fua>(iter); }

int RawSession::flush() {
  if (!slice_.device->alive()) return -ENXIO;
  const int drained = slice_.device->drain(reader_);
  if (drained < 0) return block_error(drained);
  SessionCount::bump(count_.flushes, 1);
  return 0;
}

}  // namespace pmembench
