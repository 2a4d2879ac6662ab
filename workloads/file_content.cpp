#include "workloads/file_content.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/check.hpp"
#include "base/random.hpp"

namespace pmembench {

Result<FileContent> FileContent::make(std::uint64_t seed, std::uint64_t period_bytes,
                                      std::uint64_t longest_bytes) {
  PMB_CHECK(period_bytes >= 64 && (period_bytes & (period_bytes - 1)) == 0,
            "the period of a content is a power of two, at least 64");
  const std::uint64_t size_bytes = period_bytes + (longest_bytes + 7) / 8 * 8;
  std::unique_ptr<std::byte[]> pattern(new (std::nothrow) std::byte[size_bytes]);
  if (pattern == nullptr) {
    return environment_error("no memory for {} bytes of file content; use smaller operations",
                             size_bytes);
  }
  const std::uint64_t key = mix_seed(seed);
  for (std::uint64_t at = 0; at < size_bytes; at += sizeof(std::uint64_t)) {
    const std::uint64_t word = mix_seed(key + (at & (period_bytes - 1)));
    std::memcpy(pattern.get() + at, &word, sizeof word);
  }
  return FileContent(std::move(pattern), period_bytes, longest_bytes);
}

Status FileContent::check(std::string_view file, std::uint64_t key, std::uint64_t offset_bytes,
                          std::span<const std::byte> found) const {
  for (std::uint64_t done = 0; done < found.size();) {
    const auto part = found.subspan(done, std::min(longest_bytes_, found.size() - done));
    const auto expected = at(key, offset_bytes + done, part.size());
    if (std::memcmp(expected.data(), part.data(), part.size()) != 0) {
      const auto differs = std::mismatch(expected.begin(), expected.end(), part.begin());
      return runtime_error(
          "wrong byte in {} at offset {}: expected 0x{:02x}, found 0x{:02x}; the operation did not "
          "do the work it was timed for",
          file, offset_bytes + done + static_cast<std::uint64_t>(differs.first - expected.begin()),
          std::to_integer<unsigned>(*differs.first), std::to_integer<unsigned>(*differs.second));
    }
    done += part.size();
  }
  return {};
}

}  // namespace pmembench
