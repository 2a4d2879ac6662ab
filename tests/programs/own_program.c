// Maps a file and stores to it: one way a mode, right or wrong. own FILE MODE
#define _GNU_SOURCE
#include <emmintrin.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kSize = 16384 };

static char *map;
static int fd;

static void persist(const char *from, unsigned long bytes) {
  const char *line = from - (unsigned long)from % 64;
  for (; line < from + bytes; line += 64) _mm_clflush(line);
  _mm_sfence();
}

static void store(unsigned long offset) { *(volatile unsigned long *)(map + offset) = 7; }

static atomic_int handed_over;

static void *flush_for_others(void *unused) {
  (void)unused;
  while (atomic_load(&handed_over) == 0) {
  }
  persist(map + 64, 8);
  return NULL;
}

static void on_signal(int signal) {
  (void)signal;
  store(256);
  persist(map + 256, 8);
}

static void run(const char *mode) {
  if (strcmp(mode, "right") == 0) {
    memset(map + 100, 5, 300);
    persist(map + 100, 300);
  } else if (strcmp(mode, "never_flushed") == 0) {
    store(64);
  } else if (strcmp(mode, "not_fenced") == 0) {
    _mm_stream_si64((long long *)(map + 128), 3);
    _exit(0);  // exit() runs locked instructions, which order it
  } else if (strcmp(mode, "locked") == 0) {
    _mm_stream_si64((long long *)(map + 128), 3);
    atomic_fetch_add(&handed_over, 1);
  } else if (strcmp(mode, "stored_after") == 0) {
    store(64);
    persist(map + 64, 8);
    store(72);
  } else if (strcmp(mode, "msync") == 0) {
    store(64);
    msync(map, 4096, MS_SYNC);
    store(5000);
    fsync(fd);
  } else if (strcmp(mode, "msync_beside") == 0) {
    store(64);
    msync(map + 4096, 4096, MS_SYNC);
  } else if (strcmp(mode, "pwrite") == 0) {
    if (pwrite(fd, "abc", 3, 640) != 3) _exit(2);
  } else if (strcmp(mode, "read_into") == 0) {
    const int zero = open("/dev/urandom", O_RDONLY);
    if (read(zero, map + 200, 16) != 16) _exit(2);
  } else if (strcmp(mode, "moved") == 0) {
    map = mremap(map, kSize, 2 * kSize, MREMAP_MAYMOVE);
    store(4096);
  } else if (strcmp(mode, "unmapped") == 0) {
    store(64);
    munmap(map, kSize);
  } else if (strcmp(mode, "thread") == 0) {
    pthread_t other;
    pthread_create(&other, NULL, flush_for_others, NULL);
    store(64);
    atomic_store(&handed_over, 1);
    pthread_join(other, NULL);
  } else if (strcmp(mode, "signal") == 0) {
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    store(64);
    persist(map + 64, 8);
  } else if (strcmp(mode, "crash") == 0) {
    store(64);
    *(volatile int *)0 = 1;
  } else if (strcmp(mode, "fork") == 0) {
    if (fork() == 0) _exit(0);
    wait(NULL);
  } else if (strcmp(mode, "forever") == 0) {
    for (;;) __asm__ volatile("");
  } else {
    _exit(3);
  }
}

int main(int count, char **words) {
  if (count != 3) return 3;
  fd = open(words[1], O_RDWR | O_CREAT, 0600);
  if (fd < 0 || ftruncate(fd, 2 * kSize) != 0) return 2;
  map = mmap(NULL, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map == MAP_FAILED) return 2;
  run(words[2]);
  return 0;
}
