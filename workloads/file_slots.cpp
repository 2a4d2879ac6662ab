#include "workloads/file_slots.hpp"

#include <algorithm>
#include <cstring>

namespace pmembench {
namespace {

constexpr std::uint64_t kFillBytes = std::uint64_t{1} << 20;
constexpr std::uint64_t kVerifiedSlotBytes = std::uint64_t{16} << 20;

Status failed(std::int64_t code, std::string_view action) {
  if (code >= 0) return runtime_error("{} a file stopped short after {} bytes", action, code);
  return runtime_error("{} a file failed: {}", action, std::strerror(static_cast<int>(-code)));
}

}  // namespace

Status FileSlots::fill(FileInterface& files, int file, const FileContent& content) const {
  std::vector<std::byte> chunk;
  std::uint64_t begin_bytes = shape_.offset_bytes;
  for (std::uint64_t slot = 0; slot < shape_.slots; ++slot) {
    const auto bytes = current(content, slot);
    chunk.insert(chunk.end(), bytes.begin(), bytes.end());
    if (chunk.size() < kFillBytes && slot + 1 < shape_.slots) continue;
    const std::int64_t put = files.write(file, begin_bytes, chunk);
    if (put != static_cast<std::int64_t>(chunk.size())) return failed(put, "filling");
    begin_bytes += chunk.size();
    chunk.clear();
  }
  const int synced = files.fsync(file);
  return synced < 0 ? failed(synced, "syncing") : Status{};
}

Status FileSlots::check(const FileContent& content, std::string_view name, std::uint64_t slot,
                        std::span<const std::byte> found) const {
  const Status same = content.check(name, key_of(slot), 0, found);
  if (same) return same;
  return same.error().with_context(fmt::format("slot at offset {}", offset_of(slot)));
}

Status FileSlots::verify(FileInterface& files, int file, const FileContent& content,
                         std::string_view name) const {
  std::vector<std::byte> found(shape_.size_bytes);
  const std::uint64_t affordable =
      std::max<std::uint64_t>(kVerifiedSlotBytes / shape_.size_bytes, 1);
  const std::uint64_t step = (shape_.slots + affordable - 1) / affordable;
  for (std::uint64_t slot = 0; slot < shape_.slots; slot += step) {
    const std::int64_t got = files.read(file, offset_of(slot), found);
    if (got != static_cast<std::int64_t>(found.size())) return failed(got, "reading back");
    if (Status same = check(content, name, slot, found); !same) return same;
  }
  return {};
}

}  // namespace pmembench
