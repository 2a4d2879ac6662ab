#include "backends/block_medium.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "backends/reason.h"

namespace pmembench {
namespace {

// What O_DIRECT asks of offsets and memory: the kernel says so since Linux 6.1; before that the
// sector size serves for both.
void find_alignment(const struct stat& status, BlockMedium* medium) noexcept {
  unsigned sector = kSectorBytes;
  if (S_ISBLK(status.st_mode)) {
    int asked = 0;
    if (::ioctl(medium->fd, BLKSSZGET, &asked) == 0 && asked > 0) {
      sector = static_cast<unsigned>(asked);
    }
  }
  medium->io_alignment = std::max(sector, kSectorBytes);
  medium->buffer_alignment = medium->io_alignment;
#ifdef STATX_DIOALIGN
  struct statx answer = {};
  if (::statx(medium->fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &answer) != 0) return;
  if ((answer.stx_mask & STATX_DIOALIGN) == 0 || answer.stx_dio_offset_align == 0) return;
  adopt_direct_io(answer.stx_dio_offset_align, answer.stx_dio_mem_align, medium);
#endif
}

int find_size(const dax_media_info& media, const struct stat& status, BlockMedium* medium,
              char* reason, std::uint64_t reason_bytes) noexcept {
  std::uint64_t size = static_cast<std::uint64_t>(status.st_size);
  if (S_ISBLK(status.st_mode) && ::ioctl(medium->fd, BLKGETSIZE64, &size) != 0) {
    return refuse(errno, reason, reason_bytes,
                  "block cannot ask %s for its size: %s; check that it is a block device",
                  media.path, std::strerror(errno));
  }
  if (media.size_bytes > size) {
    return refuse(ENOSPC, reason, reason_bytes,
                  "block was asked for %llu bytes of %s, which has %llu; ask for less",
                  static_cast<unsigned long long>(media.size_bytes), media.path,
                  static_cast<unsigned long long>(size));
  }
  if (media.size_bytes != 0) size = media.size_bytes;
  medium->size_bytes = size / medium->io_alignment * medium->io_alignment;
  if (medium->size_bytes != 0) return 0;
  return refuse(
      EINVAL, reason, reason_bytes,
      "block finds less than one sector of %llu bytes in %s; give a larger file or device",
      static_cast<unsigned long long>(medium->io_alignment), media.path);
}

int refuse_open(int error, const char* path, char* reason, std::uint64_t reason_bytes) noexcept {
  if (error == EINVAL || error == EOPNOTSUPP) {
    return refuse(
        error, reason, reason_bytes,
        "block cannot open %s with O_DIRECT: its file system refuses direct I/O, so the "
        "page cache would be measured instead; use a block device or a file on ext4 or xfs",
        path);
  }
  return refuse(error, reason, reason_bytes,
                "block cannot open %s: %s; check the path and that you may read and write it", path,
                std::strerror(error));
}

}  // namespace

void adopt_direct_io(std::uint32_t offset_alignment, std::uint32_t memory_alignment,
                     BlockMedium* medium) noexcept {
  medium->io_alignment = std::max(offset_alignment, kSectorBytes);
  medium->buffer_alignment = std::max<std::uint64_t>(memory_alignment, medium->io_alignment);
}

int open_block_medium(const dax_media_info& media, const BlockOptions& options, BlockMedium* medium,
                      char* reason, std::uint64_t reason_bytes) noexcept {
  const bool served = media.kind == DAX_MEDIA_BLOCK || media.kind == DAX_MEDIA_POSIX;
  if (!served || media.path == nullptr) {
    return refuse(EINVAL, reason, reason_bytes,
                  "block opens a block device or a regular file and was given another kind of "
                  "medium; name it block:PATH");
  }
  // Looked at before it is opened, since to open some devices is to use them.
  struct stat status = {};
  if (::stat(media.path, &status) != 0) return refuse_open(errno, media.path, reason, reason_bytes);
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
    return refuse(ENOTBLK, reason, reason_bytes,
                  "block cannot use %s: it is neither a block device nor a regular file; name one "
                  "of those",
                  media.path);
  }
  const int durable = options.durable == Durable::dsync ? O_DSYNC : 0;
  medium->fd = ::open(media.path, O_RDWR | O_CLOEXEC | O_DIRECT | durable);
  if (medium->fd < 0) return refuse_open(errno, media.path, reason, reason_bytes);
  find_alignment(status, medium);
  const int error = find_size(media, status, medium, reason, reason_bytes);
  if (error == 0) return 0;
  ::close(medium->fd);
  medium->fd = -1;
  return error;
}

}  // namespace pmembench
