// Structures as the bytes that a device keeps, and back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace pmembench {

template <typename T>
[[nodiscard]] T load(std::span<const std::byte> image, std::uint64_t offset_bytes) {
  T value;
  std::memcpy(&value, image.data() + offset_bytes, sizeof(T));
  return value;
}

template <typename T>
[[nodiscard]] std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

[[nodiscard]] inline bool all_zero(std::span<const std::byte> bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace pmembench
