// The address of several pages, if they are in one piece.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "dax/dax_device.hpp"

namespace pmembench {

struct OnePiece {
  std::byte* address = nullptr;
  std::uint64_t reached_bytes = 0;  // in one piece from there on
  std::int64_t error = 0;           // of direct_access; -ERANGE: they are in several pieces
};

// Of [offset, offset + size), both whole pages. The address is good inside the section.
[[nodiscard]] inline OnePiece address_of(DaxDevice& device, const ReadSection& section,
                                         std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  OnePiece piece;
  while (piece.error >= 0 && piece.reached_bytes < size_bytes) {
    void* address = nullptr;
    piece.error = device.direct_access(
        section, (offset_bytes + piece.reached_bytes) / DAX_PAGE_BYTES,
        (size_bytes - piece.reached_bytes) / DAX_PAGE_BYTES, DAX_ACCESS, &address);
    if (piece.error < 0) break;
    auto* const next = static_cast<std::byte*>(address);
    if (piece.reached_bytes == 0) piece.address = next;
    if (next != piece.address + piece.reached_bytes) {
      piece.error = -ERANGE;
    } else {
      piece.reached_bytes += static_cast<std::uint64_t>(piece.error) * DAX_PAGE_BYTES;
    }
  }
  if (piece.error > 0) piece.error = 0;
  return piece;
}

}  // namespace pmembench
