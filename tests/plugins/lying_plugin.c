/* A backend that loads and breaks one promise at work, chosen by the definition LIE_...: memcpy,
 * CLFLUSH and SFENCE except there. `pmembench check` must find each of them. */
#define _GNU_SOURCE
#include <backends/dax_operations.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>
#include <xmmintrin.h>

#if defined LIE_CHANGES_ITS_TABLE || defined LIE_HAS_TWO_TABLES
static dax_operations lying;
#endif

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

#if defined LIE_HANDLES_A_SIGNAL || defined LIE_HANDLES_A_SIGNAL_ON_LOAD
static void handle(int signal) { (void)signal; }
#endif

#ifdef LIE_STARTS_A_THREAD
static unsigned char *volatile late_place;
/* By the kernel, which refuses where the memory has been unmapped meanwhile. */
static void *write_late(void *unused) {
  for (unsigned char value = 0;; ++value) {
    usleep(1000);
    struct iovec from = {&value, 1}, to = {late_place, 1};
    if (late_place) (void)!process_vm_writev(getpid(), &from, 1, &to, 1, 0);
  }
  return unused;
}
#endif

/* What an operation does on top of its work, once or each time. */
static void do_more(unsigned char *base) {
  static int calls;
  const int first = __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED) == 0;
  (void)base;
  (void)first;
#ifdef LIE_EXITS
  if (calls > 20) exit(0);
#endif
#ifdef LIE_FORKS
  if (first && fork() == 0) {
    for (;;) pause();
  }
#endif
#ifdef LIE_HANDLES_A_SIGNAL
  if (first) signal(SIGUSR1, handle);
#endif
#ifdef LIE_BLOCKS_A_SIGNAL
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  if (first) pthread_sigmask(SIG_BLOCK, &set, NULL);
#endif
#ifdef LIE_ROUNDS_UP
  _mm_setcsr((_mm_getcsr() & ~0x6000U) | 0x4000U);
#endif
#ifdef LIE_LEAVES_UPPER_HALVES
  if (__builtin_cpu_supports("avx2"))
    __asm__ volatile("vpcmpeqd %%ymm1, %%ymm1, %%ymm1" ::: "memory");
#endif
#ifdef LIE_STARTS_A_THREAD
  pthread_t thread;
  late_place = base;
  if (first) pthread_create(&thread, NULL, write_late, NULL);
#endif
#ifdef LIE_CHANGES_ITS_TABLE
  lying.name = "other";
  lying.capabilities = 0;
  lying.flush = NULL;
  lying.drain = NULL;
#endif
}

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
#elif defined LIE_COUNTS_BELOW_ZERO
  return -bytes;
#else
  return bytes;
#endif
}

static int64_t lying_copy_from_iter(void *handle, dax_iter *iter) {
  unsigned char *base = base_of(handle);
  int64_t bytes = 0;
  do_more(base);
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
#elif defined LIE_FLUSHES_BELOW_ZERO
  return -lines;
#elif defined LIE_FLUSHES_FAR_TOO_MUCH
  return lines << 50;
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

#if defined LIE_CHANGES_ITS_TABLE || defined LIE_HAS_TWO_TABLES
static dax_operations lying = {
#else
static const dax_operations lying = {
#endif
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
#ifdef LIE_HANDLES_A_SIGNAL_ON_LOAD
  signal(SIGINT, handle);
#endif
#ifdef LIE_HAS_TWO_TABLES
  /* One for the trial in a child, another for the process that loads it. */
  int signal_of_death = 0;
  prctl(PR_GET_PDEATHSIG, &signal_of_death);
  lying.capabilities = signal_of_death == SIGKILL ? DAX_CAP_DIRECT_ACCESS : DAX_CAP_NO_WORK;
#endif
  return &lying;
}
