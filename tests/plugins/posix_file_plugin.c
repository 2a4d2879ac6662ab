/* A backend for what lies behind the kernel's block path: pread, pwrite, fdatasync. No addresses. */
#define _GNU_SOURCE
#include <backends/dax_operations.h>

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

static const unsigned char zero_page[4096];

static int file_probe(const dax_host_info *host, char *reason, uint64_t reason_bytes) {
  (void)host;
  (void)reason;
  (void)reason_bytes;
  return 0;
}

/* The descriptor is the handle, one more so that none is NULL. */
static int fd_of(void *handle) { return (int)(intptr_t)handle - 1; }

static int file_open(const dax_host_info *host, const dax_media_info *media, void **handle,
                     uint64_t *size_bytes, char *reason, uint64_t reason_bytes) {
  (void)host;
  (void)reason;
  (void)reason_bytes;
  const int fd = open(media->path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  *handle = (void *)(intptr_t)(fd + 1);
  *size_bytes = media->size_bytes;
  return 0;
}

static void file_close(void *handle) { close(fd_of(handle)); }

static int64_t file_copy_from_iter(void *handle, dax_iter *iter) {
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    const off_t at = (off_t)dax_iter_next(iter);
    if (pwrite(fd_of(handle), iter->buffer, iter->size_bytes, at) != (ssize_t)iter->size_bytes) {
      return -EIO;
    }
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

static int64_t file_copy_to_iter(void *handle, dax_iter *iter) {
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    const off_t at = (off_t)dax_iter_next(iter);
    if (pread(fd_of(handle), iter->buffer, iter->size_bytes, at) != (ssize_t)iter->size_bytes) {
      return -EIO;
    }
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

static int64_t file_flush(void *handle, dax_iter *iter) {
  (void)handle;
  iter->count = 0;
  return 0;
}

static int file_drain(void *handle) { return fdatasync(fd_of(handle)) == 0 ? 0 : -errno; }

static int file_zero_page_range(void *handle, uint64_t page_offset, uint64_t pages) {
  for (uint64_t page = page_offset; page < page_offset + pages; ++page) {
    const off_t at = (off_t)(page * DAX_PAGE_BYTES);
    if (pwrite(fd_of(handle), zero_page, sizeof zero_page, at) != sizeof zero_page) return -EIO;
  }
  return 0;
}

static const dax_operations posix_file = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = "posix_file",
    .summary = "pread, pwrite and fdatasync",
    .capabilities = DAX_CAP_EMULATED,
    .media = 1U << DAX_MEDIA_BLOCK,
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = file_probe,
    .open = file_open,
    .close = file_close,
    .copy_from_iter = file_copy_from_iter,
    .copy_to_iter = file_copy_to_iter,
    .flush = file_flush,
    .drain = file_drain,
    .zero_page_range = file_zero_page_range,
};

const dax_operations *pmembench_backend(void);
const dax_operations *pmembench_backend(void) { return &posix_file; }
