// What every block device does with a batch before it serves it: whole sectors? within the device?
#pragma once

#include <cerrno>
#include <cstdint>

#include "dax/dax_device.hpp"

namespace pmembench {

// True where every range begins and ends at a multiple of `sector_bytes`, a power of two.
[[nodiscard]] inline bool whole_sectors(const dax_iter& iter, std::uint32_t sector_bytes) {
  // With a single slot the granule is never added.
  const std::uint64_t granule = iter.slots > 1 ? iter.granule_bytes : 0;
  return ((iter.offset_bytes | granule | iter.size_bytes) & (sector_bytes - 1)) == 0;
}

// True if no range of the batch can reach beyond `size_bytes`.
[[nodiscard]] inline bool lies_within(const dax_iter& iter, std::uint64_t size_bytes) {
  __extension__ using Wide = unsigned __int128;
  const std::uint64_t steps = iter.slots > 0 ? iter.slots - 1 : 0;
  return Wide{iter.offset_bytes} + Wide{steps} * iter.granule_bytes + iter.size_bytes <= size_bytes;
}

// The requests of a batch one after the other: `serve(offset_bytes)` answers 0 or a negative errno.
// Alignment and bounds are checked here; the rest is the contract of BlockSession.
template <typename Serve>
std::int64_t each_request(dax_iter& iter, std::uint32_t sector_bytes, std::uint64_t device_bytes,
                          Serve serve) {
  if (!whole_sectors(iter, sector_bytes)) return -EINVAL;
  const std::uint64_t size = iter.size_bytes;
  std::int64_t total = 0;
  while (iter.count > 0) {
    dax_iter ahead = iter;
    const std::uint64_t offset = dax_iter_next(&ahead);
    const bool inside = offset <= device_bytes && size <= device_bytes - offset;
    const int status = inside ? serve(offset) : -EIO;
    if (status < 0) return total > 0 ? total : status;
    iter.state = ahead.state;
    --iter.count;
    total += static_cast<std::int64_t>(size);
  }
  return total;
}

// The block personality of an error: it does not speak of poison (dax_mem2blk_err).
[[nodiscard]] inline int block_error(std::int64_t error) {
  return error == -EHWPOISON ? -EIO : static_cast<int>(error);
}

}  // namespace pmembench
