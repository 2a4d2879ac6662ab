#include "audit/watched_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "platform/fd_path.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMapPageBytes = 4096;

std::uint64_t whole_pages(std::uint64_t bytes) {
  return (bytes + kMapPageBytes - 1) / kMapPageBytes * kMapPageBytes;
}

// What another process has open as `fd`, as a descriptor of this one: the same open file.
UniqueFd descriptor_of(pid_t process, int fd) {
  const UniqueFd handle(static_cast<int>(syscall(SYS_pidfd_open, process, 0)));
  if (!handle) return {};
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_getfd, handle.get(), fd, 0)));
}

bool is_dax_device(const struct stat& facts, const std::string& path) {
  const std::string name = std::filesystem::path(path).filename().string();
  return S_ISCHR(facts.st_mode) && name.starts_with("dax");
}

bool is_on_dax(int fd) {
  struct statx facts {};
  if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &facts) != 0) return false;
  return (facts.stx_attributes & STATX_ATTR_DAX) != 0;
}

}  // namespace

std::optional<std::size_t> WatchedFiles::file_of(pid_t process, int fd) {
  const UniqueFd own = descriptor_of(process, fd);
  struct stat facts {};
  if (!own || fstat(own.get(), &facts) != 0) return std::nullopt;
  const auto known = std::find_if(files_.begin(), files_.end(), [&](const WatchedFile& file) {
    return file.device == facts.st_dev && file.inode == facts.st_ino;
  });
  if (known != files_.end()) return static_cast<std::size_t>(known - files_.begin());
  std::error_code error;
  const std::string path = std::filesystem::read_symlink(fd_path(own.get()), error).string();
  const bool named = std::any_of(named_.begin(), named_.end(), [&](const std::string& name) {
    struct stat other {};
    return stat(name.c_str(), &other) == 0 && other.st_dev == facts.st_dev &&
           other.st_ino == facts.st_ino;
  });
  const bool device = is_dax_device(facts, path);
  const bool on_dax = device || is_on_dax(own.get());
  if (!named && !on_dax) return std::nullopt;
  files_.push_back({facts.st_dev, facts.st_ino, path, device, on_dax});
  return files_.size() - 1;
}

std::int64_t WatchedFiles::position_of(pid_t process, int fd) const {
  const UniqueFd own = descriptor_of(process, fd);
  return own ? lseek(own.get(), 0, SEEK_CUR) : -1;
}

void WatchedFiles::map(std::size_t file, std::uint64_t address, std::uint64_t size_bytes,
                       std::uint64_t offset_bytes) {
  unmap(address, size_bytes);
  mappings_.push_back({address, whole_pages(size_bytes), offset_bytes, file});
  std::sort(mappings_.begin(), mappings_.end(),
            [](const Mapping& a, const Mapping& b) { return a.address < b.address; });
}

void WatchedFiles::unmap(std::uint64_t address, std::uint64_t size_bytes) {
  const std::uint64_t end = address + whole_pages(size_bytes);
  std::vector<Mapping> rest;
  for (const Mapping& each : mappings_) {
    if (each.end() <= address || each.address >= end) {
      rest.push_back(each);
      continue;
    }
    if (each.address < address) {
      rest.push_back({each.address, address - each.address, each.offset_bytes, each.file});
    }
    if (each.end() > end) {
      rest.push_back({end, each.end() - end, each.offset_bytes + (end - each.address), each.file});
    }
  }
  mappings_ = std::move(rest);
}

void WatchedFiles::move(std::uint64_t from, std::uint64_t from_bytes, std::uint64_t to,
                        std::uint64_t to_bytes) {
  const std::vector<FilePlace> old = places(from, from_bytes);
  if (old.empty()) return unmap(to, to_bytes);
  unmap(from, from_bytes);
  map(old.front().file, to, to_bytes, old.front().offset_bytes);
}

std::vector<FilePlace> WatchedFiles::places(std::uint64_t address, std::uint64_t size_bytes) const {
  std::vector<FilePlace> found;
  for (const Mapping& each : mappings_) {
    const std::uint64_t begin = std::max(address, each.address);
    const std::uint64_t end = std::min(address + size_bytes, each.end());
    if (begin >= end) continue;
    found.push_back({each.file, each.offset_bytes + (begin - each.address), end - begin, begin});
  }
  return found;
}

}  // namespace pmembench
