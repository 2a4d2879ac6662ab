#include "dax/media_content.hpp"

#include <blkid/blkid.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "dax/system_error.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kChunkBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kPartBytes = std::uint64_t{16} << 20;  // of memory, that a thread takes

// The next range of data at or after `offset`, or size_bytes where the rest is a hole. A block
// device knows no holes (EINVAL): all of it is data.
std::uint64_t next_data(int fd, std::uint64_t offset, std::uint64_t size_bytes) {
  const off_t data = lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
  if (data >= 0) return std::min(static_cast<std::uint64_t>(data), size_bytes);
  return errno == ENXIO ? size_bytes : offset;
}

// A block device leaves no position behind, but a file does: no other code shares this descriptor,
// so it may.
Result<std::size_t> read_chunk(int fd, std::vector<unsigned char>& chunk, std::uint64_t offset,
                               std::uint64_t length) {
  while (true) {
    const ssize_t got = pread(fd, chunk.data(), length, static_cast<off_t>(offset));
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    return Error{ErrorKind::runtime,
                 fmt::format("it cannot be read at offset {} ({}); see its health, or use another",
                             offset, errno_text(errno)),
                 errno};
  }
}

class Deadline {
 public:
  explicit Deadline(const ContentLook& look)
      : longest_ns_(look.longest_ms * 1'000'000), begin_ns_(MonotonicClock().now_ns()) {}
  [[nodiscard]] bool over() const { return MonotonicClock().now_ns() - begin_ns_ >= longest_ns_; }

 private:
  std::uint64_t longest_ns_, begin_ns_;
};

Error too_large(std::uint64_t seen_bytes, std::uint64_t size_bytes, const ContentLook& look) {
  Error error = usage_error(
      "{} of its {} were looked at in {} and are empty, and what the rest holds is not known; if "
      "nothing on it is needed, add --destroy",
      format_size(seen_bytes), format_size(size_bytes),
      format_duration_ns(static_cast<double>(look.longest_ms) * 1e6));
  error.code = ETIMEDOUT;
  return error;
}

Error content_error(const std::string& path, const std::string& what, std::uint64_t offset) {
  return usage_error(
      "{} holds {} (first non-zero byte at offset {}), which would be overwritten; name another, "
      "or "
      "add --destroy to give that content up",
      path, what, offset);
}

}  // namespace

std::optional<std::uint64_t> first_nonzero(const unsigned char* bytes, std::uint64_t size_bytes) {
  std::uint64_t offset = 0;
  for (; offset + sizeof(std::uint64_t) <= size_bytes; offset += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + offset, sizeof(word));
    if (word != 0) break;
  }
  for (; offset < size_bytes; ++offset) {
    if (bytes[offset] != 0) return offset;
  }
  return std::nullopt;
}

Result<std::optional<std::uint64_t>> first_nonzero(const unsigned char* bytes,
                                                   std::uint64_t size_bytes,
                                                   const ContentLook& look) {
  const Deadline deadline(look);
  const std::uint64_t parts = (size_bytes + kPartBytes - 1) / kPartBytes;
  std::atomic<std::uint64_t> first{UINT64_MAX}, seen_bytes{0};
  std::atomic<bool> late{false};
  const auto part = [&](std::uint64_t index) {
    const std::uint64_t from = index * kPartBytes;
    if (from >= first.load() || late.load()) return;
    if (deadline.over()) {
      late = true;
      return;
    }
    const std::uint64_t length = std::min(kPartBytes, size_bytes - from);
    const auto found = first_nonzero(bytes + from, length);
    seen_bytes += length;
    std::uint64_t least = first.load();
    while (found && from + *found < least && !first.compare_exchange_weak(least, from + *found)) {
    }
  };
  if (look.in_parallel != nullptr) {
    look.in_parallel(parts, part);
  } else {
    for (std::uint64_t index = 0; index < parts; ++index) part(index);
  }
  if (first.load() != UINT64_MAX) return std::optional(first.load());
  if (late.load()) return too_large(seen_bytes.load(), size_bytes, look);
  return std::optional<std::uint64_t>();
}

Result<std::optional<std::uint64_t>> first_nonzero(int fd, std::uint64_t size_bytes,
                                                   const ContentLook& look) {
  const Deadline deadline(look);
  std::vector<unsigned char> chunk(kChunkBytes);
  std::optional<std::uint64_t> found;
  std::uint64_t offset = next_data(fd, 0, size_bytes);
  while (offset < size_bytes && !found) {
    if (deadline.over()) return too_large(offset, size_bytes, look);
    const std::uint64_t length = std::min(kChunkBytes, size_bytes - offset);
    const Result<std::size_t> got = read_chunk(fd, chunk, offset, length);
    if (!got) return got.error();
    if (*got == 0) break;  // It ended early: shrunk by somebody just now.
    if (const auto inside = first_nonzero(chunk.data(), *got)) found = offset + *inside;
    // What was only looked at must not warm the cache of what is measured next.
    posix_fadvise(fd, static_cast<off_t>(offset), static_cast<off_t>(*got), POSIX_FADV_DONTNEED);
    offset = next_data(fd, offset + *got, size_bytes);
  }
  return found;
}

std::string recognised_content(int fd) {
  const std::unique_ptr<blkid_struct_probe, decltype(&blkid_free_probe)> probe(blkid_new_probe(),
                                                                               &blkid_free_probe);
  if (probe == nullptr || blkid_probe_set_device(probe.get(), fd, 0, 0) != 0) return {};
  blkid_probe_enable_superblocks(probe.get(), 1);
  blkid_probe_set_superblocks_flags(probe.get(),
                                    BLKID_SUBLKS_TYPE | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_USAGE);
  blkid_probe_enable_partitions(probe.get(), 1);
  const int found = blkid_do_safeprobe(probe.get());
  if (found == -2) return "several signatures that contradict each other";
  if (found != 0) return {};
  const auto value = [&](const char* name) -> std::string {
    const char* text = nullptr;
    return blkid_probe_lookup_value(probe.get(), name, &text, nullptr) == 0 ? text : "";
  };
  const auto with_article = [](const std::string& word, std::string_view noun) {
    const bool vowel =
        std::string_view("aeiouAEIOUxX").find(word.front()) != std::string_view::npos;
    return fmt::format("{} {} {}", vowel ? "an" : "a", word, noun);
  };
  if (const std::string type = value("TYPE"); !type.empty()) {
    const std::string label = value("LABEL");
    // swap, RAID members, LVM and LUKS are recognised as well.
    const bool file_system = value("USAGE") == "filesystem";
    return with_article(type, file_system ? "file system" : "volume") +
           (label.empty() ? "" : fmt::format(" labelled '{}'", label));
  }
  if (const std::string table = value("PTTYPE"); !table.empty()) {
    return with_article(table, "partition table");
  }
  return {};
}

Status require_no_content(const std::string& path, int fd, std::uint64_t size_bytes,
                          const ContentLook& look) {
  const Result<std::optional<std::uint64_t>> offset = first_nonzero(fd, size_bytes, look);
  if (!offset) return offset.error().with_context(path);
  if (!offset->has_value()) return {};
  const std::string what = recognised_content(fd);
  return content_error(path, what.empty() ? "data" : what, **offset);
}

Status require_no_content(const std::string& path, const unsigned char* bytes,
                          std::uint64_t size_bytes, const ContentLook& look) {
  const auto offset = first_nonzero(bytes, size_bytes, look);
  if (!offset) return offset.error().with_context(path);
  if (!offset->has_value()) return {};
  return content_error(path, "data", **offset);
}

}  // namespace pmembench
