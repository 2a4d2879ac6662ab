#include "workloads/posix_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

#include "base/unique_fd.hpp"
#include "base/units.hpp"
#include "workloads/line_flush.hpp"

namespace pmembench {
namespace {

// A path of the mount as the kernel wants it: relative to the root, ended by a NUL.
class Relative {
 public:
  explicit Relative(std::string_view path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    if (path.empty()) path = ".";
    fits_ = path.size() < name_.size();
    const std::size_t length = std::min(path.size(), name_.size() - 1);
    std::memcpy(name_.data(), path.data(), length);
    name_[length] = '\0';
  }
  [[nodiscard]] const char* get() const { return name_.data(); }
  [[nodiscard]] bool fits() const { return fits_; }

 private:
  std::array<char, 1024> name_;
  bool fits_ = false;
};

int status_of(int result) { return result < 0 ? -errno : result; }

// Bytes of 2 MiB pieces of the file that are in one piece of the device, aligned there too. 0 if
// the file system does not report its extents.
std::uint64_t huge_mappable(int fd) {
  constexpr std::uint32_t kExtents = 64;
  alignas(fiemap) std::array<unsigned char, sizeof(fiemap) + kExtents * sizeof(fiemap_extent)>
      room{};
  auto* request = new (room.data()) fiemap{};
  std::uint64_t huge_bytes = 0;
  for (bool last = false; !last;) {
    request->fm_length = ~std::uint64_t{0} - request->fm_start;
    request->fm_extent_count = kExtents;
    if (ioctl(fd, FS_IOC_FIEMAP, request) != 0 || request->fm_mapped_extents == 0) break;
    for (std::uint32_t i = 0; i < request->fm_mapped_extents; ++i) {
      const fiemap_extent& extent = request->fm_extents[i];
      last = (extent.fe_flags & FIEMAP_EXTENT_LAST) != 0;
      request->fm_start = extent.fe_logical + extent.fe_length;
      if ((extent.fe_logical ^ extent.fe_physical) % kHugePageBytes != 0) continue;
      const std::uint64_t begin =
          (extent.fe_logical + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
      const std::uint64_t end =
          (extent.fe_logical + extent.fe_length) / kHugePageBytes * kHugePageBytes;
      if (end > begin) huge_bytes += end - begin;
    }
  }
  return huge_bytes;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

}  // namespace

int PosixFiles::open(std::string_view path, unsigned flags) {
  const Relative name(path);
  if (!name.fits()) return -ENAMETOOLONG;
  int how = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
  if ((flags & kCreate) != 0) how |= O_CREAT;
  if ((flags & kExclusive) != 0) how |= O_EXCL;
  if ((flags & kTruncate) != 0) how |= O_TRUNC;
  return status_of(openat(directory_, name.get(), how, 0600));
}

int PosixFiles::close(int file) { return status_of(::close(file)); }

std::int64_t PosixFiles::read(int file, std::uint64_t offset_bytes, std::span<std::byte> into) {
  std::uint64_t done = 0;
  while (done < into.size()) {
    const ssize_t got = pread(file, into.data() + done, into.size() - done,
                              static_cast<off_t>(offset_bytes + done));
    if (got == 0) break;
    if (got < 0 && errno != EINTR) return -errno;
    if (got > 0) done += static_cast<std::uint64_t>(got);
  }
  return static_cast<std::int64_t>(done);
}

std::int64_t PosixFiles::write(int file, std::uint64_t offset_bytes,
                               std::span<const std::byte> data) {
  std::uint64_t done = 0;
  while (done < data.size()) {
    const ssize_t put = pwrite(file, data.data() + done, data.size() - done,
                               static_cast<off_t>(offset_bytes + done));
    if (put == 0) return -EIO;
    if (put < 0 && errno != EINTR) return -errno;
    if (put > 0) done += static_cast<std::uint64_t>(put);
  }
  return static_cast<std::int64_t>(done);
}

// The handle is not opened with O_APPEND, because pwrite would then append at any offset.
// RWF_APPEND with offset -1 appends as O_APPEND does and leaves the handle's position at the end,
// which lseek returns: others may append to the same file.
std::int64_t PosixFiles::append(int file, std::span<const std::byte> data) {
  std::uint64_t done = 0;
  while (done < data.size()) {
    const iovec rest{const_cast<std::byte*>(data.data() + done), data.size() - done};
    const ssize_t put = pwritev2(file, &rest, 1, -1, RWF_APPEND);
    if (put == 0) return -EIO;
    if (put < 0 && errno != EINTR) return -errno;
    if (put > 0) done += static_cast<std::uint64_t>(put);
  }
  const off_t end = lseek(file, 0, SEEK_CUR);
  return end < 0 ? -errno : end;
}

int PosixFiles::fsync(int file) { return status_of(::fsync(file)); }

int PosixFiles::truncate(int file, std::uint64_t size_bytes) {
  return status_of(ftruncate(file, static_cast<off_t>(size_bytes)));
}

int PosixFiles::preallocate(int file, std::uint64_t size_bytes) {
  return status_of(fallocate(file, 0, 0, static_cast<off_t>(size_bytes)));
}

int PosixFiles::stat(std::string_view path, FileStat& stat) {
  const Relative name(path);
  if (!name.fits()) return -ENAMETOOLONG;
  struct stat facts {};
  if (fstatat(directory_, name.get(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return -errno;
  stat.directory = S_ISDIR(facts.st_mode);
  stat.size_bytes = static_cast<std::uint64_t>(facts.st_size);
  stat.huge_mappable_bytes = 0;
  if (stat.directory || stat.size_bytes < kHugePageBytes) return 0;
  const UniqueFd fd(openat(directory_, name.get(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (fd) stat.huge_mappable_bytes = huge_mappable(fd.get());
  return 0;
}

int PosixFiles::unlink(std::string_view path) {
  const Relative name(path);
  if (!name.fits()) return -ENAMETOOLONG;
  return status_of(unlinkat(directory_, name.get(), 0));
}

int PosixFiles::rename(std::string_view from, std::string_view to) {
  const Relative old_name(from);
  const Relative new_name(to);
  if (!old_name.fits() || !new_name.fits()) return -ENAMETOOLONG;
  return status_of(renameat(directory_, old_name.get(), directory_, new_name.get()));
}

int PosixFiles::make_directory(std::string_view path) {
  const Relative name(path);
  if (!name.fits()) return -ENAMETOOLONG;
  return status_of(mkdirat(directory_, name.get(), 0700));
}

int PosixFiles::remove_directory(std::string_view path) {
  const Relative name(path);
  if (!name.fits()) return -ENAMETOOLONG;
  return status_of(unlinkat(directory_, name.get(), AT_REMOVEDIR));
}

int PosixFiles::read_directory(std::string_view path,
                               const std::function<bool(std::string_view)>& see) {
  const Relative name(path);
  if (!name.fits()) return -ENAMETOOLONG;
  const int fd = openat(directory_, name.get(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return -errno;
  const std::unique_ptr<DIR, CloseDirectory> open(fdopendir(fd));
  if (open == nullptr) return -errno;
  errno = 0;
  while (const dirent* entry = readdir(open.get())) {
    const std::string_view found = entry->d_name;
    if (found != "." && found != ".." && !see(found)) return 0;
    errno = 0;
  }
  return -errno;
}

int PosixFiles::map(int file, std::uint64_t size_bytes, bool synchronous,
                    std::span<std::byte>* mapping) {
  // Never MAP_SHARED with MAP_SYNC: tmpfs accepts that silently.
  const int how = synchronous ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED;
  void* address = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, how, file, 0);
  if (address == MAP_FAILED) return -errno;
  *mapping = {static_cast<std::byte*>(address), size_bytes};
  return 0;
}

int PosixFiles::sync_mapped(int file, std::span<std::byte> part, MapSync how) {
  if (how == MapSync::fsync) return fsync(file);
  if (how == MapSync::flush) {
    flush_lines(part);
    return 0;
  }
  constexpr std::uintptr_t kPage = 4096;
  const auto begin = reinterpret_cast<std::uintptr_t>(part.data()) / kPage * kPage;
  const auto end = reinterpret_cast<std::uintptr_t>(part.data()) + part.size();
  return status_of(msync(reinterpret_cast<void*>(begin), end - begin, MS_SYNC));
}

int PosixFiles::unmap(int, std::span<std::byte> mapping) {
  return status_of(munmap(mapping.data(), mapping.size()));
}

}  // namespace pmembench
