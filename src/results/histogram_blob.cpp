// How a histogram is stored: sparse, in bytes.
#include "results/store_impl.hpp"

namespace pmembench {
namespace {

void append_number(std::uint64_t value, std::vector<std::uint8_t>& bytes) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<std::uint8_t>(value | 0x80));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

// Nothing where the bytes end in the middle of a number or it is longer than 64 bits.
std::optional<std::uint64_t> take_number(const std::vector<std::uint8_t>& bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const std::uint8_t byte = bytes[at++];
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::uint8_t> encode_histogram(const Histogram& histogram) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t previous = 0;
  for (const auto& [index, times] : histogram.sparse()) {
    append_number(index - previous, bytes);
    append_number(times, bytes);
    previous = index;
  }
  return bytes;
}

Result<Histogram> decode_histogram(const std::vector<std::uint8_t>& bytes) {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets;
  std::uint64_t index = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::optional<std::uint64_t> distance = take_number(bytes, at);
    const std::optional<std::uint64_t> times = take_number(bytes, at);
    if (!distance || !times) {
      return runtime_error(
          "a stored histogram ends in the middle of a number: the file was changed by "
          "another program; restore a copy");
    }
    // Beyond the layout all indexes are alike: from_sparse refuses them.
    index = std::min<std::uint64_t>(index + std::min<std::uint64_t>(*distance, 1U << 31), 1U << 31);
    buckets.emplace_back(static_cast<std::uint32_t>(index), *times);
  }
  return Histogram::from_sparse(buckets);
}

}  // namespace pmembench
