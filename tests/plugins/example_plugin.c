/* A backend outside pmembench, in one file: memcpy, then CLFLUSH for each line, then SFENCE.
 *
 * Build and try it:
 *     cc -std=c11 -O2 -fPIC -shared -I PREFIX/include/pmembench example_plugin.c -o pmembench-example.so
 *     pmembench check ./pmembench-example.so
 *     PMEMBENCH_PLUGIN_PATH=$PWD pmembench list backends
 *
 * The one header is all that a backend includes, and the one symbol at the end all that it exports. */
#include <backends/dax_operations.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Can this host run it? Says why where it cannot; changes nothing, waits for nothing. */
static int example_probe(const dax_host_info *host, char *reason, uint64_t reason_bytes) {
  if (host->cpu_features & DAX_CPU_CLFLUSH) return 0;
  snprintf(reason, reason_bytes, "this CPU has no CLFLUSH; use another backend");
  return -EOPNOTSUPP;
}

/* There is no `open`, so the host maps the medium and the handle of every operation is this. */
static unsigned char *base_of(void *handle) { return ((const dax_mapping *)handle)->address; }

/* Device <- buffer, range by range. No fence here: that is drain's. `count` is stepped as ranges are
 * done, so that what remains could be taken up again after a short return. */
static int64_t example_copy_from_iter(void *handle, dax_iter *iter) {
  unsigned char *base = base_of(handle);
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    memcpy(base + dax_iter_next(iter), iter->buffer, iter->size_bytes);
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

/* Buffer <- device. Every byte is loaded, whether or not somebody looks at the buffer later: the
 * compiler may not drop a copy into memory that it does not know. */
static int64_t example_copy_to_iter(void *handle, dax_iter *iter) {
  const unsigned char *base = base_of(handle);
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    memcpy(iter->buffer, base + dax_iter_next(iter), iter->size_bytes);
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

/* Starts to write back each line that a range touches; returns how many. */
static int64_t example_flush(void *handle, dax_iter *iter) {
  unsigned char *base = base_of(handle);
  int64_t lines = 0;
  for (; iter->count > 0; --iter->count) {
    const uint64_t start = dax_iter_next(iter);
    const uint64_t end = start + iter->size_bytes;
    for (uint64_t line = start & ~(DAX_LINE_BYTES - 1); line < end; line += DAX_LINE_BYTES) {
      __asm__ volatile("clflush %0" : "+m"(*(volatile unsigned char *)(base + line)));
      ++lines;
    }
  }
  return lines;
}

/* Waits until all of that has arrived. */
static int example_drain(void *handle) {
  (void)handle;
  __asm__ volatile("sfence" ::: "memory");
  return 0;
}

/* As copy_from_iter: the zeroes are durable after flush and drain. */
static int example_zero_page_range(void *handle, uint64_t page_offset, uint64_t pages) {
  memset(base_of(handle) + page_offset * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
  return 0;
}

static const dax_operations example = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = "example",
    .summary = "memcpy and CLFLUSH, from outside pmembench",
    .capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS,
    .media = (1U << DAX_MEDIA_DRAM) | (1U << DAX_MEDIA_FILE) | (1U << DAX_MEDIA_DEVDAX),
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = example_probe,
    .copy_from_iter = example_copy_from_iter,
    .copy_to_iter = example_copy_to_iter,
    .flush = example_flush,
    .drain = example_drain,
    .zero_page_range = example_zero_page_range,
};

const dax_operations *pmembench_backend(void);
const dax_operations *pmembench_backend(void) { return &example; }
