#include "dax/media_space.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/units.hpp"
#include "dax/system_error.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kZeroedBytes = std::uint64_t{1} << 20;

Error space_error(int code, std::uint64_t size_bytes) {
  return system_error(code, "no room for a file of {}; ask for less, or free some space",
                      format_size(size_bytes));
}

Status write_zeroes(int fd, std::uint64_t begin, std::uint64_t end) {
  const std::vector<unsigned char> zeroes(kZeroedBytes);
  while (begin < end) {
    const std::uint64_t length = std::min(kZeroedBytes, end - begin);
    const ssize_t written = pwrite(fd, zeroes.data(), length, static_cast<off_t>(begin));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return space_error(errno, end);
    if (written == 0) return space_error(ENOSPC, end);
    begin += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status to_disk(int fd) {
  if (fdatasync(fd) == 0) return {};
  return system_error(errno, "zeroes cannot be written to the disk; see its health");
}

Status set_size(int fd, std::uint64_t size_bytes) {
  if (ftruncate(fd, static_cast<off_t>(size_bytes)) == 0) return {};
  return space_error(errno, size_bytes);
}

}  // namespace

Status reserve_space(int fd, std::uint64_t size_bytes) {
  int code = 0;
  do {
    code = fallocate(fd, 0, 0, static_cast<off_t>(size_bytes)) == 0 ? 0 : errno;
  } while (code == EINTR);
  if (code == 0) return {};
  if (code != EOPNOTSUPP && code != ENOSYS) return space_error(code, size_bytes);
  if (Status sized = set_size(fd, size_bytes); !sized) return sized;
  return write_zeroes(fd, 0, size_bytes);
}

Status write_whole_file(int fd, std::uint64_t size_bytes) {
  if (Status sized = set_size(fd, size_bytes); !sized) return sized;
  if (Status written = write_zeroes(fd, 0, size_bytes); !written) return written;
  return to_disk(fd);
}

Status fill_holes(int fd, std::uint64_t size_bytes) {
  std::uint64_t at = 0;
  bool filled = false;
  while (at < size_bytes) {
    const off_t hole = lseek(fd, static_cast<off_t>(at), SEEK_HOLE);
    if (hole < 0 || static_cast<std::uint64_t>(hole) >= size_bytes) break;
    const off_t data = lseek(fd, hole, SEEK_DATA);
    const std::uint64_t end =
        data < 0 ? size_bytes : std::min(static_cast<std::uint64_t>(data), size_bytes);
    if (Status written = write_zeroes(fd, static_cast<std::uint64_t>(hole), end); !written) {
      return written;
    }
    filled = true;
    at = end;
  }
  return filled ? to_disk(fd) : Status{};
}

}  // namespace pmembench
