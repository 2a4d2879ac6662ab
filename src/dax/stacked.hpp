// Stacked: a dax_operations table whose medium is other dax devices (device-mapper's part). A
// layout computes the place of a byte; everything else is here.
//
// The stack holds its devices. When one of them is killed the stack is notified first, as any
// holder, and kills the device on top while all still live; so an address from the top is good
// until the end of its section even though it belongs to a device below. Failures below are passed
// up with their place on top. Operations go through the devices below and thus meet their bad
// blocks, gates and counters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/dax_device.hpp"
#include "dax/thread_readers.hpp"

namespace pmembench {

// The place of a byte, and how many bytes follow it in the same device.
struct Piece {
  std::size_t device = 0;
  std::uint64_t offset_bytes = 0;
  std::uint64_t length_bytes = 0;
};

// How the bytes of several devices make those of one. Every border between pieces is a multiple of
// DAX_PAGE_BYTES. Immutable; any thread.
class StackLayout {
 public:
  StackLayout() = default;
  StackLayout(const StackLayout&) = delete;
  StackLayout& operator=(const StackLayout&) = delete;
  virtual ~StackLayout() = default;
  [[nodiscard]] virtual const char* kind() const = 0;  // the name of its operations
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  // offset_bytes < size_bytes(). Hot: no division.
  [[nodiscard]] virtual Piece locate(std::uint64_t offset_bytes) const = 0;
  // Ranges on top that contain every used byte of [offset, offset + length) of a device below;
  // length UINT64_MAX: to the end. May contain more if an exact list would be long.
  [[nodiscard]] virtual std::vector<BadRange> above(std::size_t device, std::uint64_t offset_bytes,
                                                    std::uint64_t length_bytes) const = 0;
};

// Makes the device on top, which owns those below. Its facts follow from theirs: the largest
// alignment, the write cache on if any is, synchronous if all are, the persistence domain and node
// if all agree. Errors (usage): no device or more than 64; one with no operations bound, or whose
// copies have a unit or a minimum that does not divide a page (code EINVAL); one that is held or
// dead (code EBUSY or ENXIO).
Result<std::unique_ptr<DaxDevice>> make_stacked(const std::string& name,
                                                std::vector<std::unique_ptr<DaxDevice>> devices,
                                                std::unique_ptr<StackLayout> layout);

}  // namespace pmembench
