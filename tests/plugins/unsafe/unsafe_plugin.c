/* A backend whose bytes read back and are not durable, chosen by the definition UNSAFE_...: memcpy,
 * CLFLUSHOPT and SFENCE otherwise. `pmembench check` cannot see it without its audit; `pmembench
 * audit` must name each. */
#define _GNU_SOURCE
#include <backends/dax_operations.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int unsafe_probe(const dax_host_info *host, char *reason, uint64_t reason_bytes) {
  if (host->cpu_features & DAX_CPU_CLFLUSHOPT) return 0;
  snprintf(reason, reason_bytes, "it needs clflushopt; use a newer CPU");
  return -EOPNOTSUPP;
}

static unsigned char *base_of(void *handle) { return ((const dax_mapping *)handle)->address; }

#ifdef UNSAFE_STORES_LATE
static unsigned char *volatile late_place;

static void *store_late(void *unused) {
  for (;;) {
    unsigned char *place = late_place;
    if (!place) continue;
    late_place = NULL;
    for (volatile int wait = 0; wait < 200; ++wait) continue;
    *(volatile unsigned char *)place = 1;
  }
  return unused;
}

static void start_thread(void) {
  static int started;
  pthread_t thread;
  if (started) return;
  started = 1;
  pthread_create(&thread, NULL, store_late, NULL);
}
#endif

#ifdef UNSAFE_CRASHES_WHEN_TRACED
static int calls;
#endif

static int64_t unsafe_copy_from_iter(void *handle, dax_iter *iter) {
  unsigned char *base = base_of(handle);
  int64_t bytes = 0;
#ifdef UNSAFE_STORES_LATE
  start_thread();
#endif
#ifdef UNSAFE_CRASHES_WHEN_TRACED
  if (++calls > 40) raise(SIGSEGV);
#endif
  for (; iter->count > 0; --iter->count) {
    const uint64_t offset = dax_iter_next(iter);
    memcpy(base + offset, iter->buffer, iter->size_bytes);
#ifdef UNSAFE_WRITES_BESIDE
    volatile unsigned char *beside = base + offset + iter->size_bytes;
    *beside = *beside;
#endif
#ifdef UNSAFE_STORES_LATE
    late_place = base + offset;
#endif
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

static int64_t unsafe_copy_to_iter(void *handle, dax_iter *iter) {
  const unsigned char *base = base_of(handle);
  int64_t bytes = 0;
  for (; iter->count > 0; --iter->count) {
    memcpy(iter->buffer, base + dax_iter_next(iter), iter->size_bytes);
    bytes += (int64_t)iter->size_bytes;
  }
  return bytes;
}

static void flush_line(unsigned char *line) {
  __asm__ volatile("clflushopt %0" : "+m"(*(volatile unsigned char *)line));
}

static int64_t unsafe_flush(void *handle, dax_iter *iter) {
  unsigned char *base = base_of(handle);
  int64_t lines = 0;
  for (; iter->count > 0; --iter->count) {
    const uint64_t start = dax_iter_next(iter);
    uint64_t end = start + iter->size_bytes;
#ifdef UNSAFE_FORGETS_TAIL
    if (end % DAX_LINE_BYTES && end / DAX_LINE_BYTES > start / DAX_LINE_BYTES) {
      end -= end % DAX_LINE_BYTES;
      ++lines; /* it counts what it should have done */
    }
#endif
    for (uint64_t line = start & ~(DAX_LINE_BYTES - 1); line < end; line += DAX_LINE_BYTES) {
#ifdef UNSAFE_SKIPS_SECOND_LINES
      if (line / DAX_LINE_BYTES % 2 == 0)
#endif
        flush_line(base + line);
      ++lines;
    }
  }
#ifdef UNSAFE_LOCKS
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&mutex);
  pthread_mutex_unlock(&mutex);
#endif
  return lines;
}

static int unsafe_drain(void *handle) {
  (void)handle;
#ifndef UNSAFE_DRAINS_NOTHING
  __asm__ volatile("sfence" ::: "memory");
#endif
  return 0;
}

static int unsafe_zero_page_range(void *handle, uint64_t page_offset, uint64_t pages) {
  memset(base_of(handle) + page_offset * DAX_PAGE_BYTES, 0, pages * DAX_PAGE_BYTES);
  return 0;
}

static const dax_operations unsafe = {
    .magic = DAX_OPERATIONS_MAGIC,
    .abi_version = DAX_OPERATIONS_ABI_VERSION,
    .struct_size = sizeof(dax_operations),
    .name = PLUGIN_NAME,
    .summary = "for pmembench's tests: reads back, and is not durable",
    .capabilities = DAX_CAP_DIRECT_ACCESS | DAX_CAP_NEEDS_FLUSH | DAX_CAP_SYNCHRONOUS,
    .media = 1U << DAX_MEDIA_DRAM,
    .minimum_io_bytes = 1,
    .alignment_bytes = 1,
    .probe = unsafe_probe,
    .copy_from_iter = unsafe_copy_from_iter,
    .copy_to_iter = unsafe_copy_to_iter,
    .flush = unsafe_flush,
    .drain = unsafe_drain,
    .zero_page_range = unsafe_zero_page_range,
};

const dax_operations *pmembench_backend(void);
const dax_operations *pmembench_backend(void) { return &unsafe; }
