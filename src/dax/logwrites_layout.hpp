// The layout of a log of writes on its device, and the copies that keep to it. For logwrites*.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>

#include "base/checksum.hpp"
#include "base/random.hpp"
#include "dax/dax_device.hpp"
#include "dax/one_range.hpp"

namespace pmembench {

inline constexpr std::uint64_t kLogMagic = 0x31304C57424D50ULL;  // "PMBWL01"
inline constexpr std::uint64_t kFirstLogEntry = DAX_PAGE_BYTES;

// On the first page of the log.
struct LogHead {
  std::uint64_t magic = kLogMagic;
  std::uint64_t nonce = 0;  // entries of an earlier log are not of this one
  std::uint64_t device_bytes = 0;
  std::uint64_t check = 0;
  [[nodiscard]] std::uint64_t expected_check() const {
    return mix_seed(mix_seed(magic ^ nonce) ^ device_bytes);
  }
};

// One line of the log; the data of a write follow in whole lines.
struct LogLine {
  std::uint64_t sequence = 0;
  std::uint64_t kind = 0;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t data_check = 0;
  std::array<std::uint64_t, 2> unused{};
  std::uint64_t check = 0;  // of all before it, with the nonce
  [[nodiscard]] std::uint64_t expected_check(std::uint64_t nonce) const {
    return checksum(std::as_bytes(std::span(this, 1)).first(sizeof(LogLine) - sizeof check), nonce);
  }
};
static_assert(sizeof(LogLine) == DAX_LINE_BYTES);

inline std::uint64_t whole_log_lines(std::uint64_t bytes) {
  return (bytes + DAX_LINE_BYTES - 1) / DAX_LINE_BYTES * DAX_LINE_BYTES;
}

inline int store_logged(DaxDevice& device, DaxReader& reader, std::uint64_t offset,
                        const void* data, std::uint64_t size) {
  dax_iter iter = one_range(offset, data, size);
  {
    const ReadSection section(reader);
    const std::int64_t done = device.copy_from_iter(section, iter);
    if (done < 0) return static_cast<int>(done);
    if (iter.count != 0) return device.alive() ? -EIO : -ENXIO;
  }
  dax_iter flushed = one_range(offset, nullptr, size);
  return static_cast<int>(std::min<std::int64_t>(device.flush(reader, flushed), 0));
}

inline int load_logged(DaxDevice& device, DaxReader& reader, std::uint64_t offset, void* data,
                       std::uint64_t size) {
  dax_iter iter = one_range(offset, data, size);
  const ReadSection section(reader);
  const std::int64_t done = device.copy_to_iter(section, iter);
  if (done < 0) return static_cast<int>(done);
  return iter.count == 0 ? 0 : -EIO;
}

}  // namespace pmembench
