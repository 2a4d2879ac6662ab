#include "workloads/stamped_buffer.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kStampPageBytes = 4096;
constexpr std::uint64_t kWholeStampLimit = 64 * 1024;

void put_word(unsigned char* to, std::uint64_t left_bytes, std::uint64_t word) {
  std::memcpy(to, &word, std::min<std::uint64_t>(left_bytes, sizeof word));
}

}  // namespace

void StampedBuffer::Free::operator()(unsigned char* bytes) const { std::free(bytes); }

Result<StampedBuffer> StampedBuffer::make(std::uint64_t size_bytes, std::uint64_t seed) {
  const std::uint64_t rounded =
      (size_bytes + kStampPageBytes - 1) / kStampPageBytes * kStampPageBytes;
  auto* raw = static_cast<unsigned char*>(std::aligned_alloc(kStampPageBytes, rounded));
  if (raw == nullptr) {
    return environment_error(
        "no memory for an operation buffer of {} bytes; use smaller operations", size_bytes);
  }
  StampedBuffer buffer({raw, {}}, size_bytes, seed);
  buffer.stamp(0);
  return buffer;
}

void StampedBuffer::stamp(std::uint64_t generation) {
  const std::uint64_t key = mix_seed(seed_ ^ mix_seed(generation));
  unsigned char* bytes = bytes_.get();
  const bool whole = !filled_ || size_bytes_ <= kWholeStampLimit;
  filled_ = true;
  if (whole) {
    for (std::uint64_t at = 0; at < size_bytes_; at += 8) {
      put_word(bytes + at, size_bytes_ - at, mix_seed(key + at));
    }
    return;
  }
  for (std::uint64_t page = 0; page < size_bytes_; page += kStampPageBytes) {
    put_word(bytes + page, size_bytes_ - page, mix_seed(key + page));
    const std::uint64_t last = std::min(page + kStampPageBytes, size_bytes_) - 8;
    put_word(bytes + last, 8, mix_seed(key + last));
  }
}

Status compare_bytes(std::span<const unsigned char> expected, std::span<const unsigned char> found,
                     std::uint64_t offset_bytes) {
  if (std::memcmp(expected.data(), found.data(), expected.size()) == 0) return {};
  const auto differs = std::mismatch(expected.begin(), expected.end(), found.begin());
  return runtime_error(
      "wrong byte at device offset {}: expected 0x{:02x}, found 0x{:02x}; the operation did not do "
      "the work it was timed for",
      offset_bytes + static_cast<std::uint64_t>(differs.first - expected.begin()), *differs.first,
      *differs.second);
}

}  // namespace pmembench
