/* Preloaded: the k-th write, sync, truncate or lock of files whose path contains FAIL_PATH fails.
 *
 * FAIL_AT   which one, from 1; 0: none, they are only counted
 * FAIL_HOW  ENOSPC, EIO, EROFS or EDQUOT: from then on each of them fails so; `once`: that one alone,
 *           with EIO; `short`: that write is done in half, and then as EIO; `torn`: one bit of what
 *           that write stores is turned, and it succeeds
 * FAIL_LOG  the count is kept in this file
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum verdict { GO_ON, FAIL, HALF, TORN };

static long count;

static int is_watched(int fd) {
  const char *part = getenv("FAIL_PATH");
  char name[64], path[PATH_MAX];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(name, path, sizeof path - 1);
  if (part == NULL || size < 0) return 0;
  path[size] = '\0';
  return strstr(path, part) != NULL;
}

static void log_count(void) {
  const char *log = getenv("FAIL_LOG");
  static ssize_t (*real)(int, const void *, size_t);
  if (log == NULL) return;
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "write");
  const int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  char text[32];
  const int size = snprintf(text, sizeof text, "%ld\n", count);
  if (fd >= 0) {
    if (real(fd, text, (size_t)size) < 0) abort();
    close(fd);
  }
}

/* Sets errno where the operation is to fail. */
static enum verdict next(int fd) {
  if (!is_watched(fd)) return GO_ON;
  const char *at_text = getenv("FAIL_AT"), *how = getenv("FAIL_HOW");
  const long at = at_text == NULL ? 0 : atol(at_text);
  ++count;
  log_count();
  if (at == 0 || how == NULL || count < at) return GO_ON;
  if (strcmp(how, "short") == 0) return errno = EIO, count == at ? HALF : GO_ON;
  if (strcmp(how, "torn") == 0) return count == at ? TORN : GO_ON;
  if (strcmp(how, "once") == 0) return errno = EIO, count == at ? FAIL : GO_ON;
  errno = strcmp(how, "ENOSPC") == 0   ? ENOSPC
          : strcmp(how, "EROFS") == 0  ? EROFS
          : strcmp(how, "EDQUOT") == 0 ? EDQUOT
                                       : EIO;
  return FAIL;
}

#define REAL(name)                                                     \
  static __typeof__(&name) real;                                       \
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, #name);

static void *turned(const void *data, size_t size) {
  unsigned char *copy = malloc(size);
  if (copy == NULL) abort();
  memcpy(copy, data, size);
  copy[size / 2] ^= 4;
  return copy;
}

#define WRITE(call_whole, call_half, call_torn)             \
  switch (next(fd)) {                                       \
    case FAIL: return -1;                                   \
    case HALF: {                                            \
      if ((call_half) < 0) return -1;                       \
      errno = EIO;                                          \
      return -1;                                            \
    }                                                       \
    case TORN: {                                            \
      void *copy = turned(data, size);                      \
      const ssize_t done = call_torn;                       \
      free(copy);                                           \
      return done;                                          \
    }                                                       \
    default: return call_whole;                             \
  }

ssize_t write(int fd, const void *data, size_t size) {
  REAL(write)
  WRITE(real(fd, data, size), real(fd, data, size / 2), real(fd, copy, size))
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
  REAL(pwrite)
  WRITE(real(fd, data, size, offset), real(fd, data, size / 2, offset),
        real(fd, copy, size, offset))
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
  REAL(pwrite64)
  WRITE(real(fd, data, size, offset), real(fd, data, size / 2, offset),
        real(fd, copy, size, offset))
}

#define PLAIN(name, parameters, arguments)    \
  int name parameters {                       \
    REAL(name)                                \
    return next(fd) == FAIL ? -1 : real arguments; \
  }

PLAIN(fsync, (int fd), (fd))
PLAIN(fdatasync, (int fd), (fd))
PLAIN(ftruncate, (int fd, off_t size), (fd, size))
PLAIN(ftruncate64, (int fd, off64_t size), (fd, size))

int fcntl(int fd, int command, ...) {
  static int (*real)(int, int, ...);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "fcntl");
  va_list more;
  va_start(more, command);
  void *argument = va_arg(more, void *);
  va_end(more);
  const int locks = command == F_SETLK || command == F_SETLKW;
  if (locks && ((struct flock *)argument)->l_type != F_UNLCK && next(fd) == FAIL) return -1;
  return real(fd, command, argument);
}

int fcntl64(int fd, int command, ...) {
  va_list more;
  va_start(more, command);
  void *argument = va_arg(more, void *);
  va_end(more);
  return fcntl(fd, command, argument);
}
