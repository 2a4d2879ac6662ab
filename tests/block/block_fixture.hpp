// What the tests of block devices share: a dax device in plain memory, sectors with a content of
// their own.
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "block/block_device.hpp"
#include "block/raw_block.hpp"
#include "tests/fakes/fake_backend.hpp"

namespace pmembench {

using fakes::FakeBackend;
using fakes::one_range;
using fakes::ranges_in_a_row;

inline constexpr std::uint64_t kPage = DAX_PAGE_BYTES;

// Bytes that differ from sector to sector and from version to version.
inline std::vector<std::byte> sector_content(std::uint64_t sector, std::uint64_t version,
                                             std::uint64_t size_bytes) {
  std::vector<std::byte> bytes(size_bytes);
  Random random(mix_seed(sector) ^ version);
  for (std::size_t at = 0; at < size_bytes; at += 8) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, 8);
  }
  return bytes;
}

inline unsigned char* bytes_of(std::vector<std::byte>& buffer) {
  return reinterpret_cast<unsigned char*>(buffer.data());
}

template <typename Made>
std::string message_of(const Made& made) {
  return made ? "accepted" : made.error().message;
}

}  // namespace pmembench
