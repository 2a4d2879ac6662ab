// CharView: the character presentation of a dax device, strict as /dev/daxX.Y is: mappings, aligned
// and shared, and nothing else. There is no read and no write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

enum class MapKind { shared, private_mapping };

struct MapRequest {
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
  MapKind kind = MapKind::shared;
  bool synchronous = false;  // MAP_SYNC: flush + drain alone shall make stores durable
};

// A view; the device outlives it. Any thread, each with its own reader.
class CharView {
 public:
  explicit CharView(DaxDevice& device) : device_(device) {}

  // The bytes [offset, offset + length) of the device. The mapping dies with the device: it is good
  // only inside `section`, which keeps kill() waiting, and must not be used after it.
  //
  // Errors, by code: EINVAL offset or length not a multiple of facts().alignment_bytes, length 0,
  // or a private mapping; EOPNOTSUPP a synchronous mapping of a device that is not synchronous, or
  // no direct access; ENXIO dead or beyond the end (as mmap(2) has it); EHWPOISON a bad block;
  // ERANGE the bytes are in several pieces, as on stacked devices.
  Result<std::span<std::byte>> map(const ReadSection& section, const MapRequest& request) const;

 private:
  [[nodiscard]] Status check(const MapRequest& request) const;
  DaxDevice& device_;
};

}  // namespace pmembench
