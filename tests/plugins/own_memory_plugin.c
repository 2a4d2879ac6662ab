/* A backend that opens its medium itself: anonymous memory, or a file by its path. It gives
 * addresses away 512 pages at a time, so that short returns are met.
 *
 * Options, comma separated: "refuse" (open fails with a sentence), "mute" (open fails without one),
 * "half" (half of the medium is usable), "liar" (more than the medium), "unaddressed"
 * (direct_access fails), "unaligned" (its addresses are not those of pages), "generous" (it gives
 * more pages than are asked for). */
#define _GNU_SOURCE
#include <backends/dax_operations.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STRETCH_PAGES UINT64_C(512)

struct own_memory {
  unsigned char *address;
  uint64_t size_bytes;
  int unaddressed, unaligned, generous;
};

static int own_probe(const dax_host_info *host, char *reason, uint64_t reason_bytes) {
  (void)host;
  (void)reason;
  (void)reason_bytes;
  return 0;
}

static int map_medium(const dax_media_info *media, struct own_memory *own) {
  int flags = MAP_PRIVATE | MAP_ANONYMOUS;
  int fd = -1;
  if (media->kind == DAX_MEDIA_FILE) {
    fd = open(media->path, O_RDWR | O_CLOEXEC);
    if (fd < 0) return -errno;
    flags = MAP_SHARED;
  }
  void *address = mmap(NULL, own->size_bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
  const int code = errno;
  if (fd >= 0) close(fd);
  if (address == MAP_FAILED) return -code;
  own->address = address;
  return 0;
}

static int own_open(const dax_host_info *host, const dax_media_info *media, void **handle,
                    uint64_t *size_bytes, char *reason, uint64_t reason_bytes) {
  (void)host;
  if (strstr(media->options, "refuse")) {
    snprintf(reason, reason_bytes, "it was told to refuse; leave the option out");
    return -EPERM;
  }
  if (strstr(media->options, "mute")) return -EPERM;
  if (media->address != NULL) {
    snprintf(reason, reason_bytes, "it was given a mapping though it opens media itself");
    return -EINVAL;
  }
  struct own_memory *own = calloc(1, sizeof *own);
  if (!own) return -ENOMEM;
  own->size_bytes = media->size_bytes;
  own->unaddressed = strstr(media->options, "unaddressed") != NULL;
  own->unaligned = strstr(media->options, "unaligned") != NULL;
  own->generous = strstr(media->options, "generous") != NULL;
  const int code = map_medium(media, own);
  if (code != 0) {
    free(own);
    return code;
  }
  *handle = own;
  *size_bytes = own->size_bytes;
  if (strstr(media->options, "half")) *size_bytes /= 2;
  if (strstr(media->options, "liar")) *size_bytes += DAX_PAGE_BYTES;
  return 0;
}

static void own_close(void *handle) {
  struct own_memory *own = handle;
  munmap(own->address, own->size_bytes);
  free(own);
}

static int64_t own_direct_access(void *handle, uint64_t page_offset, uint64_t pages, uint32_t mode,
                                 void **address) {
  const struct own_memory *own = handle;
  (void)mode;
  if (own->unaddressed) return -EIO;
  const uint64_t stretch = STRETCH_PAGES - page_offset % STRETCH_PAGES;
  *address = own->address + page_offset * DAX_PAGE_BYTES + (own->unaligned ? 64 : 0);
  if (own->generous) return (int64_t)(pages + 1);
  return (int64_t)(pages < stretch ? pages : stretch);
}

static int64_t own_copy_from_iter(void *handle, dax_iter *iter) {
  const struct own_memory *own = handle;
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    memcpy(own->address + dax_iter_next(iter), iter->buffer, iter->size_bytes);
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

static int64_t own_copy_to_iter(void *handle, dax_iter *iter) {
  const struct own_memory *own = handle;
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    memcpy(iter->buffer, own->address + dax_iter_next(iter), iter->size_bytes);
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

static int64_t own_flush(void *handle, dax_iter *iter) {
  (void)handle;
  iter->count = 0;
  return 0;
}

static int own_drain(void *handle) {
  (void)handle;
  __asm__ volatile("sfence" ::: "memory");
  return 0;
}

static int own_zero_page_range(void *handle, uint64_t page_offset, uint64_t pages) {
  const struct own_memory *own = handle;
  memset(own->address + page_offset * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
  return 0;
}

static int own_describe(void *handle, char *text, uint64_t bytes) {
  const struct own_memory *own = handle;
  snprintf(text, bytes, "stretch=%u size=%llu", (unsigned)STRETCH_PAGES,
           (unsigned long long)own->size_bytes);
  return 0;
}

static const dax_operations own_memory = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = "own_memory",
    .summary = "opens and maps its medium itself",
    .capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_SYNCHRONOUS,
    .media = (1U << DAX_MEDIA_DRAM) | (1U << DAX_MEDIA_FILE),
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = own_probe,
    .open = own_open,
    .close = own_close,
    .direct_access = own_direct_access,
    .copy_from_iter = own_copy_from_iter,
    .copy_to_iter = own_copy_to_iter,
    .flush = own_flush,
    .drain = own_drain,
    .zero_page_range = own_zero_page_range,
    .describe = own_describe,
};

const dax_operations *pmembench_backend(void);
const dax_operations *pmembench_backend(void) { return &own_memory; }
