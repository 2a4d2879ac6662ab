/* A backend that loads and breaks one promise at work, chosen by the definition LIE_...: memcpy, CLFLUSH
 * and SFENCE but for that. `pmembench check` must find each of them. */
#include <backends/dax_operations.h>

#include <string.h>
#include <xmmintrin.h>

static int lying_probe(const dax_host_info *host, char *reason, uint64_t reason_bytes) {
  (void)host;
  (void)reason;
  (void)reason_bytes;
#ifdef LIE_UNMASKS_FLOATS
  _mm_setcsr(0);
#endif
  return 0;
}

static unsigned char *base_of(void *handle) { return ((const dax_mapping *)handle)->address; }

static uint64_t bytes_written(uint64_t size_bytes) {
#ifdef LIE_DROPS_LAST_BYTE
  return size_bytes % DAX_LINE_BYTES == 0 ? size_bytes : size_bytes - 1;
#else
  return size_bytes;
#endif
}

static int64_t claimed(int64_t bytes) {
#ifdef LIE_COUNTS_TWICE
  return 2 * bytes;
#else
  return bytes;
#endif
}

static int64_t lying_copy_from_iter(void *handle, dax_iter *iter) {
  unsigned char *base = base_of(handle);
  int64_t bytes = 0;
#ifdef LIE_CRASHES
  volatile int *volatile nowhere = NULL;
  *nowhere = 1;
#endif
#ifdef LIE_STOPS_HALFWAY
  const uint64_t last = iter->count / 2;
#else
  const uint64_t last = 0;
#endif
  for (; iter->count > 0; --iter->count) {
    const uint64_t offset = dax_iter_next(iter);
    bytes += (int64_t)iter->size_bytes;
#ifdef LIE_SKIPS_EVERY_SECOND
    /* In whatever batches they come. */
    static __thread unsigned calls;
    if (++calls % 2 == 0) continue;
#endif
    if (iter->count > last) memcpy(base + offset, iter->buffer, bytes_written(iter->size_bytes));
  }
  return claimed(bytes);
}

static int64_t lying_copy_to_iter(void *handle, dax_iter *iter) {
  const unsigned char *base = base_of(handle);
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    const uint64_t offset = dax_iter_next(iter);
#ifdef LIE_READS_LAST_ONLY
    if (iter->count > 1) {
      bytes += (int64_t)iter->size_bytes;
      continue;
    }
#endif
    memcpy(iter->buffer, base + offset, iter->size_bytes);
#ifdef LIE_READS_BEYOND
    ((unsigned char *)iter->buffer)[iter->size_bytes] = 0;
#endif
    bytes += (int64_t)iter->size_bytes;
  }
  return claimed(bytes);
}

static int64_t lying_flush(void *handle, dax_iter *iter) {
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
#ifdef LIE_COUNTS_NO_LINE_TRULY
  return 2 * lines;
#else
  return lines;
#endif
}

static int lying_drain(void *handle) {
  (void)handle;
  __asm__ volatile("sfence" ::: "memory");
  return 0;
}

static int lying_zero_page_range(void *handle, uint64_t page_offset, uint64_t pages) {
#ifdef LIE_ZEROES_TOO_MUCH
  ++pages;
#endif
  memset(base_of(handle) + page_offset * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
  return 0;
}

static const dax_operations lying = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = PLUGIN_NAME,
    .summary = "for pmembench's tests: breaks one promise",
    .capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS,
    .media = 1U << DAX_MEDIA_DRAM,
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = lying_probe,
    .copy_from_iter = lying_copy_from_iter,
    .copy_to_iter = lying_copy_to_iter,
    .flush = lying_flush,
    .drain = lying_drain,
    .zero_page_range = lying_zero_page_range,
};

const dax_operations *pmembench_backend(void);
const dax_operations *pmembench_backend(void) {
#ifdef LIE_UNMASKS_FLOATS
  _mm_setcsr(0);
#endif
  return &lying;
}
