#include "crash/fs_shadow.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pmembench {
namespace {

using Bytes = std::vector<std::byte>;

void note(CrashOutcome& outcome, std::uint64_t& count, const std::string& example) {
  ++count;
  if (outcome.example.empty()) outcome.example = example;
}

// All paths; directories end in a slash.
std::set<std::string> paths_of(FileSystemThread& files, const std::string& directory) {
  std::set<std::string> found;
  std::vector<std::string> names;
  files.read_directory(directory.empty() ? "/" : directory, [&](std::string_view name) {
    names.emplace_back(name);
    return true;
  });
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    FileStatus status;
    if (files.stat(path, status) < 0) continue;
    found.insert(status.directory ? path + "/" : path);
    if (status.directory) found.merge(paths_of(files, path));
  }
  return found;
}

std::set<std::string> paths_of(const ShadowNames& names) {
  std::set<std::string> found;
  for (const auto& [path, file] : names) found.insert(file == nullptr ? path + "/" : path);
  return found;
}

// May byte `at` of the file be `byte` after a power loss?
bool may_be(const ShadowFile& file, std::uint64_t at, std::byte byte) {
  bool written = false;
  for (const auto& [offset, data] : file.writes) {
    if (at < offset || at >= offset + data.size()) continue;
    written = true;
    if (data[at - offset] == byte) return true;
  }
  if (at < file.synced.size()) return file.synced[at] == byte;
  return (!written || file.gap) && byte == std::byte{0};
}

bool sound(const ShadowFile& file, const std::string& path, const Bytes& bytes,
           const Resize& resize, CrashOutcome& outcome) {
  std::uint64_t smallest = file.synced.size(), largest = file.now.size();
  if (resize.file == &file) {
    smallest = std::min(smallest, resize.size_bytes);
    largest = std::max(largest, resize.size_bytes);
  }
  if (bytes.size() < smallest || bytes.size() > largest) {
    note(outcome, outcome.acknowledged_lost,
         fmt::format("{} has {} bytes, not {} to {}", path, bytes.size(), smallest, largest));
    return false;
  }
  for (std::uint64_t at = 0; at < bytes.size(); ++at) {
    if (may_be(file, at, bytes[at])) continue;
    note(outcome, at < file.synced.size() ? outcome.acknowledged_lost : outcome.neighbours_damaged,
         fmt::format("{} has a wrong byte at {} (of {}, {} synced)", path, at, bytes.size(),
                     file.synced.size()));
    return false;
  }
  return true;
}

// Is each block that was synced all of one version? The block that contains the end may have grown.
bool whole(const ShadowFile& file, const std::string& path, const Bytes& bytes,
           CrashOutcome& outcome) {
  const std::uint64_t end = std::min(file.synced.size(), bytes.size());
  for (std::uint64_t at = 0; at + fs::kBlockBytes <= end; at += fs::kBlockBytes) {
    const auto same = [&](const Bytes& version) {
      const auto from = static_cast<std::ptrdiff_t>(at);
      return std::equal(version.begin() + from, version.begin() + from + fs::kBlockBytes,
                        bytes.begin() + from);
    };
    if (same(file.synced) || std::any_of(file.versions.begin(), file.versions.end(), same)) {
      continue;
    }
    note(outcome, outcome.torn, fmt::format("{} has a torn block at {}", path, at));
    return false;
  }
  return true;
}

}  // namespace

void ShadowFile::write(std::uint64_t offset_bytes, const Bytes& data) {
  gap = gap || offset_bytes > now.size();
  now.resize(std::max<std::size_t>(now.size(), offset_bytes + data.size()));
  std::copy(data.begin(), data.end(), now.begin() + static_cast<std::ptrdiff_t>(offset_bytes));
  writes.emplace_back(offset_bytes, data);
  versions.push_back(now);
}

void ShadowFile::resize(std::uint64_t size_bytes) {
  now.resize(size_bytes);
  sync();
}

void ShadowFile::sync() {
  synced = now;
  writes.clear();
  versions.clear();
  gap = false;
}

ShadowFile& FsShadow::create(const std::string& path) {
  files.push_back(std::make_unique<ShadowFile>());
  names[path] = files.back().get();
  return *files.back();
}

bool look_at_files(FileSystemThread& files, const Expected& expected, CrashOutcome& outcome) {
  const auto found = paths_of(files, "");
  const bool is_after = found == paths_of(expected.after);
  if (!is_after && found != paths_of(expected.before)) {
    note(outcome, outcome.torn,
         fmt::format("there are {} names, neither those before the operation nor those after it",
                     found.size()));
    return false;
  }
  bool good = true;
  for (const auto& [path, file] : is_after ? expected.after : expected.before) {
    if (file == nullptr) continue;
    FileStatus status;
    if (files.stat(path, status) < 0) return false;
    Bytes bytes(std::min<std::uint64_t>(status.size_bytes, 1 << 24));
    const int handle = files.open(path, 0);
    if (files.read(handle, 0, bytes) != static_cast<std::int64_t>(status.size_bytes)) {
      note(outcome, outcome.acknowledged_lost, path + " cannot be read");
      good = false;
    } else if (!sound(*file, path, bytes, expected.resize, outcome) ||
               (expected.whole_blocks && !whole(*file, path, bytes, outcome))) {
      good = false;
    }
    files.close(handle);
  }
  return good;
}

}  // namespace pmembench
